import type { Connection } from '../../../../cluster/api/connection';
import type { Dist } from '../../../../cluster/dist';
import type { Command } from '../../../../cluster/cli/help';
import { type Options, parseOptions } from '../../../../cluster/cli/options';
import type { Session } from '../../../../cluster/session';

type Run = (session: Session, dist: Dist, options: Options, connection: Connection) => Promise<number>;

const CONNECTION: Connection = {
  context: 'here',
  server: 'https://127.0.0.1:6443',
  namespace: 'here',
  credentials: () => Promise.reject(new Error('not used')),
};

/** The output of a command, and its exit code. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

/** The output of the last command, even if it failed. */
export const written = { out: '', errors: '' };

/** Runs a command with parsed options and without a terminal: `ran('diff', runDiff, session, dist, '--output', 'json')`. */
export async function ran(name: Command, command: Run, session: Session, dist: Dist, ...flags: readonly string[]): Promise<Ran> {
  const options = parseOptions([name, ...flags], {});
  if (!options) throw new Error('asks for help');
  Object.assign(written, { out: '', errors: '' });
  const spies = [
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((written.out += String(text)))),
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((written.errors += String(text)))),
  ];
  try {
    const code = await command(session, dist, options, CONNECTION);
    return { code, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
