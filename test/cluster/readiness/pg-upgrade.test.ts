import { condition, live, stateOf } from './support';

const upgrade = (...conditions: readonly object[]): Promise<string> =>
  stateOf(live('postgres-operator.crunchydata.com/v1beta1 PGUpgrade', { name: 'to-16', status: { conditions } }));
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
