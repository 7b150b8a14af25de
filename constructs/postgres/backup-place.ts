import type { Backup, Restore } from './backup';
import { pathOf, type Place, repositoryOf } from './pgbackrest';

/** The object store and folder of each backup that is not on a volume, by the index of the backup. */
export function backupPlaces(cluster: Place & { readonly backups?: readonly Backup[] }): [index: number, place: string][] {
  return (cluster.backups ?? []).flatMap((backup, index): [number, string][] =>
    backup.kind === 'volume' ? [] : [[index, placeIn(backup, pathOf(cluster, backup, repositoryOf(backup, index)))]],
  );
}

/** Where the backups of a lost cluster are. */
export function restorePlace(restore: Restore | undefined): string | undefined {
  return restore === undefined || restore.kind === 'cluster' ? undefined : placeIn(restore, restore.path);
}

type ObjectStore = Exclude<Backup | Restore, { kind: 'volume' | 'cluster' }>;

/** The account of Azure is in the Secret. */
function placeIn(store: ObjectStore, path: string): string {
  const folder = String(path).replace(/\/+$/, '');
  return store.kind === 's3' ? `${store.endpoint} ${store.bucket} ${folder}` : `${store.credentials ?? ''} ${store.container} ${folder}`;
}
