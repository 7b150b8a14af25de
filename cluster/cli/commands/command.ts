import type { Connection } from '../../api/connection';
import type { Dist } from '../../dist';
import type { Options } from '../options';
import type { Session } from '../../session';

/** A command as a person calls it: it does its work, says what came of it, and gives the exit code. */
export type Command = (session: Session, dist: Dist, options: Options, connection: Connection) => Promise<number>;
