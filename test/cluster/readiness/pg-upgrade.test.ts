import type { LiveObject } from '../../../cluster/objects/live-object';
import { condition, live, stateOf } from './support';

const PGO = 'postgres-operator.crunchydata.com';

/** A PGUpgrade of the PostgresCluster `reports`. */
const pgUpgrade = (name: string, conditions: readonly object[] = [], more = {}): LiveObject =>
  live(`${PGO}/v1beta1 PGUpgrade`, { name, spec: { postgresClusterName: 'reports' }, status: { conditions }, more });
const upgrade = (...conditions: readonly object[]): Promise<string> => stateOf(pgUpgrade('to-16', conditions));

/** A Job as PGO creates it. */
function jobOf({ metadata: { name: owner = '', uid } }: LiveObject, name: string, result: string): LiveObject {
  const role = name.endsWith('-pgdata') ? 'pgupgrade' : 'removedata';
  const labels = { [`${PGO}/cluster`]: 'reports', [`${PGO}/pgupgrade`]: owner, [`${PGO}/role`]: role };
  return live('batch/v1 Job', {
    name,
    labels,
    more: { ownerReferences: [{ apiVersion: `${PGO}/v1beta1`, kind: 'PGUpgrade', name: owner, uid }] },
    status: { conditions: [condition(result, 'True')] },
  });
}
const progressing = (status: 'True' | 'False', reason: string, message = '', observedGeneration = 2): object =>
  condition('Progressing', status, { reason, message, observedGeneration });
const succeeded = (status: 'True' | 'False', message = '', observedGeneration = 2): object =>
  condition('Succeeded', status, { reason: `PGUpgrade${status === 'True' ? 'Succeeded' : 'Failed'}`, message, observedGeneration });

test('waits for PGO', async () => {
  expect(await upgrade()).toBe('waiting: its controller has not observed the last change yet');
  expect(await upgrade(progressing('True', 'PGUpgradeProgressing', '', 1))).toMatch(/^waiting/);
});

test('waits while it is in progress, or for the cluster', async () => {
  expect(await upgrade(progressing('True', 'PGUpgradeProgressing'))).toBe('waiting: is upgrading');
  expect(await upgrade(progressing('False', 'PGClusterNotShutdown', 'PostgresCluster instances still running'))).toBe(
    'waiting: PostgresCluster instances still running',
  );
});

test('is ready when it has succeeded, or when the cluster has the version already', async () => {
  expect(await upgrade(progressing('False', 'PGUpgradeCompleted'), succeeded('True'))).toBe('ready');
  expect(await upgrade(progressing('False', 'PGUpgradeResolved'))).toBe('ready');
});

test('has failed when it failed or is invalid, with what PGO says', async () => {
  expect(await upgrade(progressing('True', ''), succeeded('False', 'Upgrade jobs failed, please check individual pod logs'))).toBe(
    'failed: Upgrade jobs failed, please check individual pod logs. Read its log: kubectl -n cvat logs job/to-16-pgdata. docs/upgrading.md says how to go back',
  );
  expect(await upgrade(progressing('False', 'PGUpgradeInvalid', 'Cannot upgrade from postgres version 16 to 15'))).toBe(
    'failed: Cannot upgrade from postgres version 16 to 15',
  );
});

test('has failed when it is changed after it has succeeded: PGO ignores that', async () => {
  expect(await upgrade(succeeded('True', '', 1))).toBe(
    'failed: has already succeeded, and PGO ignores changes of it. Create a PGUpgrade with another name',
  );
});

const FAILED = succeeded('False', 'Upgrade jobs failed, please check individual pod logs');

test('names the Job that failed', async () => {
  const object = pgUpgrade('to-16', [progressing('True', ''), FAILED]);
  const jobs = [jobOf(object, 'to-16-pgdata', 'Complete'), jobOf(object, 'to-16-reports-instance1-abcd', 'Failed')];
  expect(await stateOf(object, jobs)).toContain('Read its log: kubectl -n cvat logs job/to-16-reports-instance1-abcd.');
});

test('waits while PGO tries again: it keeps the condition that the upgrade failed', async () => {
  const object = pgUpgrade('to-16', [progressing('True', ''), FAILED]);
  expect(await stateOf(object, [jobOf(object, 'to-16-pgdata', 'Suspended')])).toBe('waiting: is upgrading');
});

test('waits until the Jobs of a deleted PGUpgrade of the same name are deleted: PGO reports their failure as that of this upgrade', async () => {
  const object = pgUpgrade('to-16', [progressing('True', ''), FAILED]);
  expect(await stateOf(object, [jobOf(pgUpgrade('to-16'), 'to-16-pgdata', 'Failed')])).toBe(
    'waiting: waits until Job to-16-pgdata of the deleted PGUpgrade to-16 is deleted',
  );
});

describe('beside the PGUpgrade of an earlier upgrade of the cluster', () => {
  const object = pgUpgrade('to-16', [progressing('True', 'PGUpgradeProgressing')]);
  const earlier = pgUpgrade('to-15');
  const removed = jobOf(earlier, 'to-15-reports-instance1-abcd', 'Complete');

  test('has failed, with the command that deletes it: PGO counts its Jobs for standbys', async () => {
    expect(await stateOf(object, [earlier, removed])).toBe(
      'failed: PGUpgrade to-15 of the same cluster still exists, and PGO counts its Jobs as those of this upgrade. ' +
        'Delete it, and wait for this one: kubectl -n cvat delete pgupgrade to-15 --cascade=foreground',
    );
  });

  test('waits until its Jobs are deleted', async () => {
    const gone = 'waiting: waits until Job to-15-reports-instance1-abcd of the deleted PGUpgrade to-15 is deleted';
    expect(await stateOf(object, [removed])).toBe(gone);
    expect(await stateOf(object, [pgUpgrade('to-15', [], { deletionTimestamp: '2026-11-20T14:00:00Z' }), removed])).toBe(gone);
  });

  test('goes on where that had no standbys, and is ready when it has succeeded', async () => {
    expect(await stateOf(object, [earlier, jobOf(earlier, 'to-15-pgdata', 'Complete')])).toBe('waiting: is upgrading');
    expect(await stateOf(pgUpgrade('to-16', [succeeded('True')]), [earlier, removed])).toBe('ready');
  });
});
