import type { PostgresClusterSpec } from '../../imports/postgres-operator.crunchydata.com';
import type { Finding } from '../../manifests/finding';
import type { Plain } from '../plain';
import { restoreTime } from '../syntax/restore-time';
import type { InPlaceRestore, Restore } from './backup';
import type { PostgresUpgrade } from './upgrade';

/** PGO restores in place when this annotation changes. It stores the value as the id of the restore, so that it restores once. */
export const RESTORE_ANNOTATION = 'postgres-operator.crunchydata.com/pgbackrest-restore';

interface Requests {
  readonly restore?: Restore;
  readonly restoreInPlace?: InPlaceRestore;
  readonly upgrade?: PostgresUpgrade;
}

/** What is wrong with a restore in place. */
export function inPlaceFindings(
  { restore, restoreInPlace, upgrade }: Requests,
  { backups }: Plain<PostgresClusterSpec>,
): [string, Finding | undefined][] {
  if (restoreInPlace === undefined) return [];
  const { id, repository, at } = restoreInPlace;
  const names = (backups?.pgbackrest?.repos ?? []).map(({ name }) => name);
  return [
    ['restoreInPlace.id', /^\S+$/.test(id) ? undefined : noId(id)],
    ['restoreInPlace.repository', names.includes(repository) ? undefined : noRepository(repository, names)],
    ['restoreInPlace.at', at === undefined ? undefined : restoreTime(at)],
    ['restoreInPlace', restore && together('restore')],
    ['restoreInPlace', upgrade && together('upgrade')],
  ];
}

function noId(id: string): Finding {
  return { message: `must be a name without spaces; got "${id}".`, remedy: 'Name the restore, such as "before-the-import".' };
}

function noRepository(repository: string, names: readonly string[]): Finding {
  return {
    message: `must be one of the cluster's repositories (${names.join(', ') || 'none'}); got "${repository}".`,
    remedy: 'Use the repository that has the backup.',
  };
}

/** PGO keeps the id of one restore: when that in place is removed, it would restore from `restore` again. */
function together(other: 'restore' | 'upgrade'): Finding {
  return { message: `must not be together with ${other}; got both.`, remedy: `Remove ${other} if it is done, deploy, and then set this.` };
}
