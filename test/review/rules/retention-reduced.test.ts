import { retentionReduced } from '../../../review/rules/retention-reduced';
import { findings, object, postgresCluster } from '../support';

const keeps = (full?: string): ReturnType<typeof postgresCluster> =>
  postgresCluster({ backups: { pgbackrest: { global: { ...(full !== undefined && { 'repo1-retention-full': full }) } } } });

test('reports that fewer backups are kept, and not that more are', () => {
  expect(findings(retentionReduced, [keeps('14')], [keeps('4')])).toEqual([
    'spec.backups.pgbackrest.global.repo1-retention-full | Backups are kept for less: 14 -> 4. pgBackRest deletes the others after the next backup.',
  ]);
  expect(findings(retentionReduced, [keeps('4')], [keeps('14')])).toEqual([]);
});

test('without a number everything is kept', () => {
  expect(findings(retentionReduced, [keeps()], [keeps('4')])).toEqual([expect.stringContaining('all -> 4')]);
  expect(findings(retentionReduced, [keeps('4')], [keeps()])).toEqual([]);
});

test.each([
  ['StatefulSet', 'apps/v1', (value: string) => ({ spec: { persistentVolumeClaimRetentionPolicy: { whenDeleted: value } } })],
  ['PersistentVolume', 'v1', (value: string) => ({ spec: { persistentVolumeReclaimPolicy: value } })],
  ['StorageClass', 'storage.k8s.io/v1', (value: string) => ({ reclaimPolicy: value })],
])('reports a %s that deletes instead of retaining, and not the reverse', (kind, apiVersion, fields) => {
  const [retains, deletes] = ['Retain', 'Delete'].map((value) => object(apiVersion, kind, 'one', fields(value)));
  if (!retains || !deletes) throw new Error('unreachable');
  expect(findings(retentionReduced, [retains], [deletes])).toHaveLength(1);
  expect(findings(retentionReduced, [deletes], [retains])).toEqual([]);
});

test('reports an AppUser whose account is deleted with it', () => {
  const user = (deletionPolicy: string): ReturnType<typeof object> =>
    object('kapernikov.com/v1', 'AppUser', 'cvat/john', { spec: { deletionPolicy } });
  expect(findings(retentionReduced, [user('Deactivate')], [user('Delete')])).toHaveLength(1);
  expect(findings(retentionReduced, [user('Delete')], [user('Deactivate')])).toEqual([]);
});

test('accepts that the default of a StorageClass is written out', () => {
  const storageClass = object('storage.k8s.io/v1', 'StorageClass', 'one');
  expect(findings(retentionReduced, [storageClass], [{ ...storageClass, reclaimPolicy: 'Delete' }])).toEqual([]);
});
