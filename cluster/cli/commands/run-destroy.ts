import type { Connection } from '../../api/connection';
import { destroy } from '../../delete/destroy';
import type { DeletionResult } from '../../delete/deletion';
import type { Dist } from '../../dist';
import type { Options } from '../options';
import { dryRunSession } from '../../delete/dry-run-cluster';
import type { Session } from '../../session';
import { announce, confirmed, counted, listedTaken, needYes, print, printJson } from './output';

export async function runDestroy(session: Session, dist: Dist, options: Options, connection: Connection): Promise<number> {
  const what = options.stages.length === 0 ? `all of ${dist.environment}` : `${options.stages.join(', ')} of ${dist.environment}`;
  const data = options.deleteData ? 'WITH ITS DATA: databases, their backups on volumes, and all other volumes' : 'but for what holds data';
  needYes(options);
  announce(`Takes away ${what} (${dist.folder}), ${data}:`, connection, options);
  if (!options.dryRun && !(await confirmed([], options, session))) return 1;
  const taken = await destroy(options.dryRun ? dryRunSession(session) : session, dist, options);
  session.reporter.end();
  const code = taken.refused.length === 0 ? 0 : 1;
  if (options.json) {
    printJson({ type: 'result', ...(options.dryRun && { dryRun: true }), ...taken });
    return code;
  }
  const kept = options.deleteData ? 'Kept:' : 'Kept, because --delete-data was not given:';
  const number = `${counted(taken.deleted, 'object')} ${options.dryRun ? 'would be taken away' : 'taken away'}.`;
  print(['', number, ...listedTaken(taken, kept), '', resultOf(taken, options)].join('\n'));
  return code;
}

function resultOf({ refused, deleted }: DeletionResult, { dryRun }: Options): string {
  if (dryRun) return 'Nothing was changed: this was a dry run.';
  if (refused.length > 0) return 'It stopped there. Deal with that, and destroy again: it goes on from here.';
  return deleted === 0 ? 'There was nothing to take away.' : 'Done.';
}
