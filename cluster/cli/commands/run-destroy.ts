import type { Connection } from '../../api/connection';
import { destroy } from '../../delete/destroy';
import type { DeletionResult } from '../../delete/deletion';
import type { Dist } from '../../dist';
import type { Options } from '../options';
import { dryRunSession } from '../../delete/dry-run-cluster';
import type { Session } from '../../session';
import { confirm, requireYes } from './confirm';
import { announce, counted, listedNotDeleted, print, printJson } from './output';

export async function runDestroy(session: Session, dist: Dist, options: Options, connection: Connection): Promise<number> {
  const what = options.stages.length === 0 ? dist.environment : `${options.stages.join(', ')} of ${dist.environment}`;
  const data = options.deleteData ? 'WITH ITS DATA: databases, their backups on volumes, and all other volumes' : 'except what holds data';
  requireYes(options);
  announce(`Deleting ${what} (${dist.folder}), ${data}:`, connection, options);
  if (!options.dryRun && !(await confirm([], options, session))) return 1;
  const deletion = await destroy(options.dryRun ? dryRunSession(session) : session, dist, options);
  session.reporter.end();
  const code = deletion.refused.length === 0 ? 0 : 1;
  if (options.json) {
    printJson({ type: 'result', ...(options.dryRun && { dryRun: true }), ...deletion });
    return code;
  }
  const kept = options.deleteData ? 'Kept:' : 'Kept, because --delete-data was not given:';
  const number = `${counted(deletion.deleted, 'object')} ${options.dryRun ? 'would be deleted' : 'deleted'}.`;
  print(['', number, ...listedNotDeleted(deletion, kept), '', summaryOf(deletion, options)].join('\n'));
  return code;
}

function summaryOf({ refused, deleted }: DeletionResult, { dryRun }: Options): string {
  if (dryRun) return 'Dry run: nothing was changed.';
  if (refused.length > 0) return 'Stopped. When the cause is fixed, destroy again: it continues from here.';
  return deleted === 0 ? 'There was nothing to delete.' : 'Done.';
}
