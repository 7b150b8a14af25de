import { live, stateOf } from './support';

const SOURCE = { repoURL: 'registry-1.docker.io/cvat', chart: 'cvat', targetRevision: '2.73.0', helm: { valuesObject: { a: 1 } } };
const OLD_SOURCE = { ...SOURCE, targetRevision: '2.72.0' };
const DONE = {
  sync: { status: 'Synced', revision: '2.73.0', comparedTo: { source: SOURCE, destination: {} } },
  health: { status: 'Healthy' },
  operationState: {
    phase: 'Succeeded',
    message: 'successfully synced (all tasks run)',
    syncResult: { source: SOURCE, revision: '2.73.0' },
  },
};

function application(status: object = {}, fields: Readonly<Record<string, unknown>> = {}): Promise<string> {
  return stateOf(live('argoproj.io/v1alpha1 Application', { spec: { source: SOURCE }, status: { ...DONE, ...status }, ...fields }));
}

test('an Application is ready when it is synced and healthy', async () => {
  expect(await application()).toBe('ready');
});

test('an Application is not ready by a status about other sources', async () => {
  const reason = 'waiting: Argo CD has not observed the last change yet';
  expect(await application({ sync: { ...DONE.sync, comparedTo: { source: OLD_SOURCE } } })).toBe(reason);
  expect(await application({ sync: undefined })).toBe(reason);
});

test('an Application may have empty fields that Go omits', async () => {
  const source = { ...SOURCE, path: '', helm: { ...SOURCE.helm, skipCrds: false, parameters: [] } };
  expect(await application({}, { spec: { source } })).toBe('ready');
});

test.each([
  [
    'waiting for completion of hook batch/Job/migrate',
    { operationState: { phase: 'Running', message: 'waiting for completion of hook batch/Job/migrate' } },
  ],
  ['is not synced yet', { sync: { ...DONE.sync, status: 'OutOfSync' } }],
  [
    'rpc error: code = Unknown desc = chart not found',
    {
      sync: { ...DONE.sync, status: 'Unknown' },
      conditions: [{ type: 'ComparisonError', message: 'rpc error: code = Unknown desc = chart not found' }],
    },
  ],
  ['its health is Progressing', { health: { status: 'Progressing' } }],
  [
    'its health is Degraded: Deployment exceeded its progress deadline',
    { health: { status: 'Degraded', message: 'Deployment exceeded its progress deadline' } },
  ],
])('an Application waits: %s', async (reason, status) => {
  expect(await application(status)).toBe(`waiting: ${reason}`);
});

test('an Application waits while a sync is requested', async () => {
  expect(await application({}, { operation: { sync: {} } })).toMatch(/^waiting/);
});

test('an Application has failed when the sync of its current sources failed, not when an older one did', async () => {
  const failure = (source: object): object => ({
    sync: { ...DONE.sync, status: 'OutOfSync' },
    operationState: { phase: 'Failed', message: 'one or more objects failed to apply (retried 5 times).', syncResult: { source } },
  });
  expect(await application(failure(SOURCE))).toBe('failed: one or more objects failed to apply (retried 5 times)');
  expect(await application(failure(OLD_SOURCE))).toBe('waiting: is not synced yet');
});
