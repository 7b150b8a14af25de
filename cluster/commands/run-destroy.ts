import type { Connection } from '../api/connection';
import { destroy } from '../destroy/destroy';
import type { Dist } from '../dist';
import type { Options } from '../options';
import type { Session } from '../session';
import { confirmed, counted, listedTaken, say, sayJson } from './say';

export async function runDestroy(session: Session, dist: Dist, options: Options, connection: Connection): Promise<number> {
  const what = options.stages.length === 0 ? `all of ${dist.environment}` : `${options.stages.join(', ')} of ${dist.environment}`;
  const data = options.deleteData ? 'WITH ITS DATA: databases, their backups on volumes, and all other volumes' : 'but for what holds data';
  const question = { what: `Takes away ${what} (${dist.folder}), ${data}:`, consequences: [] };
  if (!(await confirmed(question, connection, options, session))) return 1;
  const taken = await destroy(session, dist, options);
  session.reporter.end();
  const code = taken.refused.length === 0 ? 0 : 1;
  if (options.json) {
    sayJson({ type: 'result', ...taken });
    return code;
  }
  const result =
    taken.refused.length > 0
      ? 'It stopped there. Deal with that, and destroy again: it goes on from here.'
      : taken.deleted === 0
        ? 'There was nothing to take away.'
        : 'Done.';
  const kept = options.deleteData ? 'Kept:' : 'Kept, because --delete-data was not given:';
  say(['', `${counted(taken.deleted, 'object')} taken away.`, ...listedTaken(taken, kept), '', result].join('\n'));
  return code;
}
