import { PostgresCluster, type PostgresClusterProps } from '../../../constructs/postgres/postgres-cluster';
import { objectsOf, objectsOfKind, problemsOf, yamlOf } from '../../support';
import { toVolume } from '../../../constructs/postgres/backup';

const props: PostgresClusterProps = { name: 'my-postgres', namespace: 'cvat', version: 15, replicas: 2, storage: { size: '5Gi' } };

function spec(change: Partial<PostgresClusterProps>): Record<string, unknown> {
  const [cluster] = objectsOfKind('PostgresCluster', (chart) => new PostgresCluster(chart, 'cluster', { ...props, ...change }));
  return cluster?.['spec'] as Record<string, unknown>;
}

test('a cluster is a namespace, a PostgresCluster and the public names of its users', () => {
  expect(
    yamlOf(
      (chart) =>
        new PostgresCluster(chart, 'cluster', {
          ...props,
          users: [{ name: 'cvat', databases: ['cvat'] }, { name: 'reader' }],
          backups: [toVolume({ size: '5Gi', full: '0 1 * * 0', keepFull: 2 })],
        }),
    ),
  ).toMatchInlineSnapshot(`
    "
    apiVersion: postgres-operator.crunchydata.com/v1beta1
    kind: PostgresCluster
    metadata:
      annotations:
        platform.kapernikov.com/holds-data: PostgreSQL my-postgres
        platform.kapernikov.com/makes: |-
          Secret cvat/my-postgres-pguser-cvat: dbname, host, jdbc-uri, password, port, uri, user, verifier
          Secret cvat/my-postgres-pguser-reader: host, password, port, user, verifier
          Service cvat/my-postgres-primary
        postgres-operator.crunchydata.com/autoCreateUserSchema: "true"
      name: my-postgres
      namespace: cvat
    spec:
      backups:
        pgbackrest:
          global:
            repo1-retention-full: "2"
          repos:
            - name: repo1
              schedules:
                full: 0 1 * * 0
              volume:
                volumeClaimSpec:
                  accessModes:
                    - ReadWriteOnce
                  resources:
                    requests:
                      storage: 5Gi
      instances:
        - dataVolumeClaimSpec:
            accessModes:
              - ReadWriteOnce
            resources:
              requests:
                storage: 5Gi
          name: instance1
          replicas: 2
      postgresVersion: 15
      users:
        - databases:
            - cvat
          name: cvat
        - name: reader
    ---
    apiVersion: v1
    kind: Secret
    metadata:
      annotations:
        platform.kapernikov.com/needed-by: "what connects as cvat: PGO would create it again with another password"
      name: my-postgres-pguser-cvat
      namespace: cvat
    data:
      database: Y3ZhdA==
      username: Y3ZhdA==
    ---
    apiVersion: v1
    kind: Secret
    metadata:
      annotations:
        platform.kapernikov.com/needed-by: "what connects as reader: PGO would create it again with another password"
      name: my-postgres-pguser-reader
      namespace: cvat
    data:
      username: cmVhZGVy
    ---
    apiVersion: v1
    kind: Namespace
    metadata:
      annotations:
        platform.kapernikov.com/holds-data: PostgreSQL my-postgres
      name: cvat
    "
  `);
});

test('version, image, replicas and storage are where PGO looks for them', () => {
  expect(spec({ version: 14, image: 'registry/postgres:14.5', replicas: 3, storage: { size: '1Gi', storageClassName: 'fast' } })).toEqual({
    postgresVersion: 14,
    image: 'registry/postgres:14.5',
    instances: [
      {
        name: 'instance1',
        replicas: 3,
        dataVolumeClaimSpec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '1Gi' } } },
      },
    ],
  });
});

test('parameters go to postgresql.conf', () => {
  expect(spec({ parameters: { shared_buffers: '256MB', max_connections: 200 } })['config']).toEqual({
    parameters: { shared_buffers: '256MB', max_connections: 200 },
  });
});

test('synchronous makes a commit wait for a standby', () => {
  expect(spec({ synchronous: true })['patroni']).toEqual({
    dynamicConfiguration: { synchronous_mode: true, postgresql: { parameters: { synchronous_commit: 'on' } } },
  });
  expect(spec({ synchronous: false })).not.toHaveProperty('patroni');
});

describe('spec, which is merged last', () => {
  test('adds to the instances, repositories and users of the same name', () => {
    const merged = spec({
      users: [{ name: 'cvat', databases: ['cvat'] }],
      backups: [toVolume({ size: '5Gi' })],
      spec: {
        instances: [{ name: 'instance1', resources: { limits: { memory: '4Gi' } } }],
        users: [{ name: 'cvat', options: 'CREATEDB' }],
        backups: { pgbackrest: { repos: [{ name: 'repo1', schedules: { full: '0 1 * * 0' } }] } },
      },
    });
    expect(merged['instances']).toEqual([
      expect.objectContaining({ name: 'instance1', replicas: 2, resources: { limits: { memory: '4Gi' } } }),
    ]);
    expect(merged['users']).toEqual([{ name: 'cvat', databases: ['cvat'], options: 'CREATEDB' }]);
    expect(merged['backups']).toMatchObject({ pgbackrest: { repos: [{ name: 'repo1', volume: {}, schedules: { full: '0 1 * * 0' } }] } });
  });

  test('wins over the typed fields, together with the rest of their maps', () => {
    const merged = spec({
      synchronous: true,
      spec: { postgresVersion: 16, patroni: { dynamicConfiguration: { synchronous_mode_strict: true } } },
    });
    expect(merged['postgresVersion']).toBe(16);
    expect(merged['patroni']).toMatchObject({ dynamicConfiguration: { synchronous_mode: true, synchronous_mode_strict: true } });
  });

  test('adds what has another name', () => {
    const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    const merged = spec({
      spec: { instances: [{ name: 'instance2', dataVolumeClaimSpec: claim }], proxy: { pgBouncer: { replicas: 2 } } },
    });
    expect(merged['instances']).toEqual([
      expect.objectContaining({ name: 'instance1' }),
      { name: 'instance2', dataVolumeClaimSpec: claim },
    ]);
    expect(merged['proxy']).toEqual({ pgBouncer: { replicas: 2 } });
  });
});

describe('the Secret of a user', () => {
  const secrets = (users: PostgresClusterProps['users']): unknown[] =>
    objectsOfKind('Secret', (chart) => new PostgresCluster(chart, 'cluster', { ...props, users }));

  test('holds the two public names and nothing else, as data and without a type', () => {
    expect(secrets([{ name: 'annotator', databases: ['cvat', 'other'] }])).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: {
          name: 'my-postgres-pguser-annotator',
          namespace: 'cvat',
          annotations: { 'platform.kapernikov.com/needed-by': expect.stringContaining('annotator') as string },
        },
        data: { username: Buffer.from('annotator').toString('base64'), database: Buffer.from('cvat').toString('base64') },
      },
    ]);
  });

  test('names no database where a user has none, and is left to PGO where no users are declared', () => {
    const data = (secrets([{ name: 'reader' }, { name: 'writer', databases: [] }]) as { data: object }[]).map((secret) => secret.data);
    expect(data).toEqual([{ username: expect.any(String) as string }, { username: expect.any(String) as string }]);
    expect(secrets(undefined)).toEqual([]);
  });
});

test('declared users get a schema of their own, because since PostgreSQL 15 "public" is closed', () => {
  const annotations = (users: PostgresClusterProps['users']): object | undefined =>
    objectsOfKind('PostgresCluster', (chart) => new PostgresCluster(chart, 'cluster', { ...props, users }))[0]?.metadata.annotations;
  expect(annotations([{ name: 'cvat' }])).toHaveProperty(['postgres-operator.crunchydata.com/autoCreateUserSchema'], 'true');
  expect(annotations(undefined)).not.toHaveProperty(['postgres-operator.crunchydata.com/autoCreateUserSchema']);
});

test('the namespace and the cluster both say whose data they hold', () => {
  const objects = objectsOf((chart) => new PostgresCluster(chart, 'cluster', props));
  const holds = objects.map(({ kind, metadata }) => [kind, metadata.annotations?.['platform.kapernikov.com/holds-data']]);
  expect(Object.fromEntries(holds)).toEqual({ Namespace: 'PostgreSQL my-postgres', PostgresCluster: 'PostgreSQL my-postgres' });
});

test('two users of one name are a problem, and no reason to fail', () => {
  const users = [
    { name: 'cvat', databases: ['cvat'] },
    { name: 'cvat', databases: ['other'] },
  ];
  expect(problemsOf((chart) => new PostgresCluster(chart, 'cluster', { ...props, users }))).toEqual([
    expect.stringMatching(/^users\[1\]\.name: .*"cvat"/),
  ]);
});
