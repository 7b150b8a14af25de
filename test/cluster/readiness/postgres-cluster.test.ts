import { condition, live, stateOf } from './support';

const SPEC = {
  instances: [{ name: 'instance1', replicas: 2 }],
  backups: { pgbackrest: { repos: [{ name: 'repo1' }] } },
};
const now = { observedGeneration: 2 };
/** As PGO leaves it when all is done. */
const STATUS = {
  observedGeneration: 2,
  conditions: [
    condition('PGBackRestRepoHostReady', 'True', { reason: 'RepoHostReady', ...now }),
    condition('PGBackRestReplicaRepoReady', 'True', { reason: 'StanzaCreated', ...now }),
    condition('PGBackRestReplicaCreate', 'True', { reason: 'RepoBackupComplete', ...now }),
  ],
  instances: [{ name: 'instance1', replicas: 2, readyReplicas: 2, updatedReplicas: 2 }],
  patroni: { systemIdentifier: '7312345678901234567' },
};

function cluster(status: object | undefined = {}, spec: object = {}): Promise<string> {
  const fields = { spec: { ...SPEC, ...spec }, ...(status && { status: { ...STATUS, ...status } }) };
  return stateOf(live('postgres-operator.crunchydata.com/v1beta1 PostgresCluster', fields));
}

const instances = (...all: object[]): object => ({ instances: all.map((one) => ({ name: 'instance1', ...one })) });
/** The three conditions about backups, of which the first so many are true. */
const backups = (done: number): object => ({
  conditions: STATUS.conditions.map(({ type }, index) => condition(type, index < done ? 'True' : 'False', now)),
});

test('is ready when all instances are, and the first backup is made', async () => {
  expect(await cluster()).toBe('ready');
});

test('waits for PGO', async () => {
  expect(await stateOf(live('postgres-operator.crunchydata.com/v1beta1 PostgresCluster', { spec: SPEC }))).toBe(
    'waiting: PGO has not taken it up yet',
  );
  expect(await cluster({ observedGeneration: 1 })).toBe('waiting: its controller has not taken up the last change yet');
  expect(await cluster({ observedGeneration: undefined })).toMatch(/^waiting/);
});

test.each([
  ['0 of 2 instances are ready', { instances: undefined }],
  ['0 of 2 instances are ready', instances({ replicas: 2, updatedReplicas: 2 })],
  ['1 of 2 instances are ready', instances({ replicas: 1, readyReplicas: 1, updatedReplicas: 1 })],
  ['1 of 2 instances are updated', instances({ replicas: 2, readyReplicas: 2, updatedReplicas: 1 })],
  ['1 of 3 instances have to go yet', instances({ replicas: 3, readyReplicas: 3, updatedReplicas: 3 })],
])('waits while %s', async (reason, status) => {
  expect(await cluster(status)).toBe(`waiting: ${reason}`);
});

test('counts every set by itself: one that has too many does not stand in for another', async () => {
  const sets = { instances: [{ name: 'one' }, { name: 'two' }] };
  expect(await cluster({ instances: [{ name: 'one', replicas: 2, readyReplicas: 2, updatedReplicas: 2 }] }, sets)).toBe(
    'waiting: 1 of 2 instances are ready',
  );
});

test('gives a set without a name the one that PGO gives it', async () => {
  expect(await cluster({ instances: [{ name: '00', replicas: 1, readyReplicas: 1, updatedReplicas: 1 }] }, { instances: [{}] })).toBe(
    'ready',
  );
});

test.each([
  ['waits for its backup repository', 0],
  ['waits for its backup repository to be set up', 1],
  ['waits for its first backup', 2],
])('%s', async (reason, done) => {
  expect(await cluster(backups(done))).toBe(`waiting: ${reason}`);
});

test('waits for its first backup when a condition about it is of an older generation, or missing', async () => {
  expect(await cluster({ conditions: [condition('PGBackRestReplicaCreate', 'True', { observedGeneration: 1 })] })).toMatch(/^waiting/);
  expect(await cluster({ conditions: [] })).toBe('waiting: waits for its first backup');
});

test('needs no backup where none is asked for', async () => {
  expect(await cluster({ conditions: undefined }, { backups: undefined })).toBe('ready');
});

test('waits for PgBouncer where it is asked for', async () => {
  const spec = { proxy: { pgBouncer: { replicas: 1 } } };
  const conditions = (status: 'True' | 'False'): object => ({
    conditions: [...STATUS.conditions, condition('ProxyAvailable', status, now)],
  });
  expect(await cluster({}, spec)).toBe('waiting: waits for its PgBouncer');
  expect(await cluster(conditions('False'), spec)).toBe('waiting: waits for its PgBouncer');
  expect(await cluster(conditions('True'), spec)).toBe('ready');
});

test('has failed while it is paused, even though PGO then observes no generation', async () => {
  const message = 'No spec changes will be applied and no other statuses will be updated.';
  const pause = (observedGeneration: number): object => ({
    observedGeneration: 1,
    conditions: [condition('Progressing', 'False', { reason: 'Paused', message, observedGeneration })],
  });
  expect(await cluster(pause(2))).toBe('failed: is paused: No spec changes will be applied and no other statuses will be updated');
  expect(await cluster(pause(1))).toMatch(/^waiting/);
});

test('is ready without instances when it is shut down', async () => {
  expect(await cluster({ instances: [{ name: 'instance1' }], conditions: [] }, { shutdown: true })).toBe('ready');
  expect(await cluster({}, { shutdown: true })).toBe('waiting: 2 of 2 instances have to go yet');
});
