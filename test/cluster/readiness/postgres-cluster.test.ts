import type { LiveObject } from '../../../cluster/objects/live-object';
import { both, cluster, instance, type Instance, KIND, LABEL, now, REPO, SPEC, STATUS } from './postgres';
import { condition, live, stateOf } from './support';

const having = (...all: readonly Instance[]): Promise<string> => cluster({}, {}, all.flatMap(instance));

test('is ready when every instance runs the last revision, and the first backup is complete', async () => {
  expect(await cluster()).toBe('ready');
});

test('waits for PGO', async () => {
  expect(await stateOf(live(KIND, { spec: SPEC }))).toBe('waiting: PGO has not reconciled it yet');
  expect(await cluster({ observedGeneration: 1 })).toBe('waiting: its controller has not observed the last change yet');
  expect(await cluster({ observedGeneration: undefined })).toMatch(/^waiting/);
});

describe('independently of the counts in its status', () => {
  test.each<[string, readonly Instance[]]>([
    ['0 of 2 instances are ready', []],
    ['1 of 2 instances are ready', [{}]],
    ['1 of 2 instances are ready', [{}, { ready: false }]],
    ['0 of 2 instances are updated', [{ revision: 'a' }, { revision: 'a' }]],
    ['1 of 2 instances are updated', [{}, { revision: 'a' }]],
    ['1 of 3 instances are pending termination', [{}, {}, {}]],
    ['1 of 3 instances are pending termination', [{}, {}, { set: 'removed' }]],
    ['1 of 2 instances are ready', [{ set: 'removed' }, {}]],
  ])('waits while %s', async (reason, all) => {
    expect(await having(...all)).toBe(`waiting: ${reason}`);
  });

  test('waits while the StatefulSet controller has not observed what PGO applied', async () => {
    expect(await having({}, { observedGeneration: 1 })).toBe('waiting: its controller has not observed the last change yet');
  });

  test('waits while PGO has not applied the resources of the spec', async () => {
    const limits = { cpu: '0.5', memory: '1024Mi' };
    const spec = { instances: [{ name: 'instance1', replicas: 2, resources: { limits } }] };
    const applied = (of: object): Promise<string> =>
      cluster(
        {},
        spec,
        [of, of].flatMap((resources) => instance({ resources })),
      );
    expect(await applied({ limits: { cpu: '500m', memory: '1Gi' } })).toBe('ready');
    for (const resources of [
      {},
      { limits: { cpu: '500m', memory: '2Gi' } },
      { requests: { cpu: '500m', memory: '1Gi' } },
      { limits: { cpu: '500m', memory: '1Gi', other: '1' } },
    ]) {
      expect(await applied(resources)).toMatch(/^waiting: PGO has not applied its resources to StatefulSet it-instance1-\d+ yet$/);
    }
  });

  test.each<[string, unknown, unknown]>([
    ['tolerations', [{ key: 'database', operator: 'Exists' }], undefined],
    ['priorityClassName', 'high', ''],
    ['affinity', { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [] } }, {}],
  ])('waits while PGO has not applied or removed the %s of the spec', async (field, value, empty) => {
    const applied = (inSpec: unknown, inTemplate: unknown): Promise<string> =>
      cluster({}, { instances: [{ name: 'instance1', replicas: 1, [field]: inSpec }] }, instance({ pod: { [field]: inTemplate } }));
    expect(await applied(value, value)).toBe('ready');
    expect(await applied(undefined, empty)).toBe('ready');
    for (const state of [await applied(value, empty), await applied(undefined, value)])
      expect(state).toMatch(new RegExp(`^waiting: PGO has not applied its ${field} to StatefulSet it-instance1-\\d+ yet$`));
  });

  test('does not count a pod that is being deleted', async () => {
    const [set, pod] = instance() as [LiveObject, LiveObject];
    const deleted = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-11-23T10:00:00Z' } };
    expect(await cluster({}, {}, [...instance(), set, deleted])).toBe('waiting: 1 of 2 instances are ready');
  });

  test('names the pod that does not start, and why', async () => {
    const message = '0/1 nodes are available: 1 Insufficient memory.';
    const status = { phase: 'Pending', conditions: [condition('PodScheduled', 'False', { reason: 'Unschedulable', message })] };
    expect(await having({}, { ready: false, status })).toMatch(
      /^waiting: 1 of 2 instances are ready: Pod it-instance1-\d+-0 cannot be scheduled: 0\/1 nodes are available: 1 Insufficient memory$/,
    );
  });

  test('counts each instance set alone', async () => {
    const sets = { instances: [{ name: 'one' }, { name: 'two' }] };
    const objects = [...instance({ set: 'one' }), ...instance({ set: 'one' })];
    expect(await cluster({}, sets, objects)).toBe('waiting: 1 of 2 instances are ready');
  });

  test('gives an instance set without a name the one that PGO gives it', async () => {
    expect(await cluster({}, { instances: [{}] }, instance({ set: '00' }))).toBe('ready');
  });
});

describe('after an upgrade of PGO', () => {
  const pgo = (namespace: string, ...images: readonly [string, string][]): LiveObject => {
    const env = images.map(([name, value]) => ({ name: `RELATED_IMAGE_${name}`, value }));
    return live('apps/v1 Deployment', {
      namespace,
      name: 'pgo',
      labels: { [`${LABEL}/control-plane`]: 'pgo' },
      spec: { template: { spec: { containers: [{ name: 'operator', env }] } } },
    });
  };
  const upgraded = (deployment: LiveObject, spec: object = {}): Promise<string> =>
    stateOf(live(KIND, { spec: { ...SPEC, ...spec }, status: STATUS }), [...both(), deployment], ['PostgresCluster']);

  test('waits until PGO has applied its new image, and not where the spec names the image', async () => {
    const deployment = pgo('crunchy-pgo', ['POSTGRES_15', 'pg:15.1'], ['POSTGRES_16', 'pg:16']);
    expect(await upgraded(deployment)).toMatch(/^waiting: PGO has not applied image pg:15.1 to StatefulSet it-instance1-\d+ yet$/);
    expect(await upgraded(deployment, { image: 'pg:15' })).toBe('ready');
    expect(await upgraded(pgo('crunchy-pgo', ['POSTGRES_15', 'pg:15']))).toBe('ready');
    expect(await upgraded(pgo('other', ['POSTGRES_15', 'pg:15.1']))).toBe('ready');
  });

  test('waits for the image of the version of PostgreSQL and PostGIS that the spec names', async () => {
    const deployment = pgo('crunchy-pgo', ['POSTGRES_15', 'pg:15'], ['POSTGRES_15_GIS_3.4', 'gis:3.4']);
    expect(await upgraded(deployment)).toBe('ready');
    expect(await upgraded(deployment, { postGISVersion: '3.4' })).toMatch(/^waiting: PGO has not applied image gis:3.4 /);
  });
});

describe('backups', () => {
  const two = (first: object = {}): object => ({
    backups: {
      pgbackrest: {
        repos: [
          { name: 'repo1', ...first },
          { name: 'repo2', ...first },
        ],
      },
    },
  });
  const repos = (...all: readonly object[]): object => ({ pgbackrest: { repos: all } });
  const not = (type: string): object => ({
    conditions: STATUS.conditions.map((each) => (each.type === type ? condition(type, 'False', now) : each)),
  });

  test('waits for the repository host, its StatefulSet and the first backup', async () => {
    expect(await cluster(not('PGBackRestRepoHostReady'))).toBe('waiting: waits for its repository host');
    expect(await cluster(not('PGBackRestReplicaCreate'))).toBe('waiting: waits for its first backup');
    expect(await cluster(repos({ ...REPO, replicaCreateBackupComplete: undefined }))).toBe('waiting: waits for its first backup');
    const host = live('apps/v1 StatefulSet', {
      name: 'it-repo-host',
      labels: { [`${LABEL}/cluster`]: 'it' },
      status: { observedGeneration: 2, readyReplicas: 1, currentRevision: 'a', updateRevision: 'b' },
    });
    expect(await cluster({}, {}, [...both(), host])).toBe('waiting: repository host: 0 of 1 replicas are updated');
  });

  test('waits for its first backup when the condition is of an older generation, or missing', async () => {
    expect(await cluster({ conditions: [condition('PGBackRestReplicaCreate', 'True', { observedGeneration: 1 })] })).toMatch(/^waiting/);
    expect(await cluster({ conditions: [] })).toBe('waiting: waits for its first backup');
  });

  test.each(['repo1', 'repo2'])('waits for the stanza of %s, independently of the conditions', async (name) => {
    const all = ['repo1', 'repo2'].map((each) => ({ ...REPO, name: each, stanzaCreated: each !== name }));
    const reason = `waiting: repository ${name} has no stanza yet; if it stays so, check its location and credentials`;
    expect(await cluster(repos(...all), two())).toBe(reason);
    expect(await cluster(repos(...all.filter((each) => each.name !== name)), two())).toBe(reason);
    expect(await cluster(repos(REPO, { name: 'repo2', stanzaCreated: true }), two())).toBe('ready');
  });

  test('waits for the CronJob of every schedule', async () => {
    const cronJob = (name: string): LiveObject => live('batch/v1 CronJob', { name, labels: { [`${LABEL}/cluster`]: 'it' } });
    const spec = two({ schedules: { full: '0 1 * * 0', incremental: '0 1 * * *' } });
    const names = ['it-repo1-full', 'it-repo1-incr', 'it-repo2-full', 'it-repo2-incr'];
    const status = repos(REPO, { name: 'repo2', stanzaCreated: true });
    for (const missing of names) {
      const objects = [...both(), ...names.filter((name) => name !== missing).map(cronJob)];
      expect(await cluster(status, spec, objects)).toBe(`waiting: CronJob ${missing} does not exist yet`);
    }
    expect(await cluster(status, spec, [...both(), ...names.map(cronJob)])).toBe('ready');
  });

  test('waits while scheduled backups of a repository fail and none has succeeded', async () => {
    const cronJobs = ['it-repo1-full', 'it-repo2-full'].map((name) =>
      live('batch/v1 CronJob', { name, labels: { [`${LABEL}/cluster`]: 'it' } }),
    );
    const scheduled = (...scheduledBackups: readonly object[]): Promise<string> =>
      cluster(
        { pgbackrest: { repos: [REPO, { name: 'repo2', stanzaCreated: true }], scheduledBackups } },
        two({ schedules: { full: '0 1 * * 0' } }),
        [...both(), ...cronJobs],
      );
    const reason = 'waiting: no scheduled backup to repository repo2 has succeeded, and one failed';
    expect(await scheduled({ repo: 'repo2', failed: 1 }, { repo: 'repo1', succeeded: 1 })).toBe(reason);
    expect(await scheduled({ repo: 'repo2', failed: 1 }, { repo: 'repo2', succeeded: 1 })).toBe('ready');
    expect(await scheduled({ repo: 'repo2', active: 1 })).toBe('ready');
  });

  test('are not waited for where the spec has none', async () => {
    expect(await cluster({ conditions: undefined, pgbackrest: undefined }, { backups: undefined })).toBe('ready');
  });
});

test('waits for PgBouncer and its pods where the spec has it', async () => {
  const spec = { proxy: { pgBouncer: { replicas: 1 } } };
  const conditions = (status: 'True' | 'False'): object => ({
    conditions: [...STATUS.conditions, condition('ProxyAvailable', status, now)],
  });
  const bouncer = (updatedReplicas: number): LiveObject =>
    live('apps/v1 Deployment', {
      name: 'it-pgbouncer',
      status: { observedGeneration: 2, replicas: 1, availableReplicas: 1, updatedReplicas },
    });
  expect(await cluster({}, spec)).toBe('waiting: waits for its PgBouncer');
  expect(await cluster(conditions('False'), spec, [...both(), bouncer(1)])).toBe('waiting: waits for its PgBouncer');
  expect(await cluster(conditions('True'), spec, [...both(), bouncer(0)])).toBe('waiting: PgBouncer: 0 of 1 replicas are updated');
  expect(await cluster(conditions('True'), spec, [...both(), bouncer(1)])).toBe('ready');
});

describe('a restore', () => {
  const restoring = (...conditions: readonly object[]): Promise<string> => cluster({ observedGeneration: 1, conditions }, {}, []);

  test('in progress is reported, though PGO observes no generation meanwhile', async () => {
    const message = 'Restoring cluster in-place.';
    expect(await restoring(condition('PGBackRestoreProgressing', 'True', { reason: 'ReadyForRestore', message, ...now }))).toBe(
      'waiting: restoring from a backup: Restoring cluster in-place',
    );
  });

  test('that failed has failed, with what PGO says and where the log is', async () => {
    const reason = { reason: 'PGBackRestRestoreFailed', message: 'pgBackRest restore failed' };
    expect(await restoring(condition('PostgresDataInitialized', 'False', { ...reason, ...now }))).toBe(
      'failed: the restore failed: pgBackRest restore failed. Read its log: kubectl -n cvat logs job/it-pgbackrest-restore',
    );
    expect(await restoring(condition('PostgresDataInitialized', 'False', { ...reason, observedGeneration: 1 }))).toMatch(/^waiting/);
  });
});

describe('a resize', () => {
  const resizing = (status: 'True' | 'False', reason: string, message: string, type = 'PersistentVolumeResizing'): Promise<string> =>
    cluster({ conditions: [...STATUS.conditions, condition(type, status, { reason, message, ...now })] });

  test.each([
    [
      'Forbidden',
      'only dynamically provisioned pvc can be resized',
      'Set the size back, or move the data to a StorageClass with allowVolumeExpansion: true.',
    ],
    ['Invalid', 'field can not be less than status.capacity', 'A volume cannot shrink: set its size back.'],
  ])('has failed while it is %s', async (reason, message, remedy) => {
    expect(await resizing('False', reason, message)).toBe(`failed: a volume cannot be resized (${reason}: ${message}). ${remedy}`);
  });

  test('has failed when the storage reports an error', async () => {
    expect(await resizing('True', 'Infeasible', 'no space', 'PersistentVolumeResizeError')).toMatch(
      /^failed: a volume cannot be resized \(Infeasible: no space\)\./,
    );
  });

  test('in progress is waited for', async () => {
    expect(await resizing('True', 'Resizing', 'One or more volumes are changing size')).toBe(
      'waiting: a volume is being resized: One or more volumes are changing size',
    );
  });
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
  expect(await cluster({ conditions: [] }, { shutdown: true }, [])).toBe('ready');
  expect(await cluster({}, { shutdown: true })).toBe('waiting: 2 of 2 instances are pending termination');
});

test('waits for a restore in place until its id is that of the last restore', async () => {
  const spec = { ...SPEC, backups: { pgbackrest: { ...SPEC.backups.pgbackrest, restore: { enabled: true, repoName: 'repo1' } } } };
  const annotations = { [`${LABEL}/pgbackrest-restore`]: 'two' };
  const restored = (id: string): Promise<string> =>
    stateOf(live(KIND, { annotations, spec, status: { ...STATUS, pgbackrest: { repos: [REPO], restore: { id } } } }), both());
  expect(await restored('one')).toBe('waiting: the restore two has not begun yet');
  expect(await restored('two')).toBe('ready');
});
