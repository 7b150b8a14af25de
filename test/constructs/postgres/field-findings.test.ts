import { fromCluster, fromS3, toAzure, toS3, toVolume } from '../../../constructs/postgres/backup';
import { PostgresCluster, type PostgresClusterProps } from '../../../constructs/postgres/postgres-cluster';
import { problemsOf } from '../../support';

const base: PostgresClusterProps = { name: 'db', namespace: 'cvat', version: 15, replicas: 1, storage: { size: '5Gi' } };
const findings = (props: Partial<PostgresClusterProps>): string[] =>
  problemsOf((chart) => new PostgresCluster(chart, 'db', { ...base, ...props }));

const location = { bucket: 'backups', endpoint: 's3.eu-west-1.amazonaws.com', region: 'eu-west-1' };
const s3 = (fields: object): Partial<PostgresClusterProps> => ({ backups: [toS3({ ...location, credentials: 'c', ...fields })] });
const azure = (fields: object): Partial<PostgresClusterProps> => ({
  backups: [toAzure({ container: 'backups', credentials: 'c', ...fields })],
});
const repository = (index: number): 'repo1' => `repo${index + 1}` as 'repo1';
const BUCKET = 'must be a bucket name, without scheme and path; got';
const CONTAINER = "must be a container's name, without scheme and path; got";
const ENDPOINT = 'must be a host, optionally with a port, without scheme and path; got';
const CHARACTERS = 'Use 3 to 63 lower-case letters, digits, "-" and ".".';
const SINGLE = 'Use 3 to 63 lower-case letters and digits, with single "-" between them.';

test.each<[string, Partial<PostgresClusterProps>, string]>([
  [
    'an endpoint with a scheme',
    s3({ endpoint: 'https://s3.example.com' }),
    `backups[0].endpoint: ${ENDPOINT} "https://s3.example.com". Did you mean "s3.example.com"?`,
  ],
  [
    'an endpoint with a scheme and port',
    s3({ endpoint: 'http://minio:9000' }),
    `backups[0].endpoint: ${ENDPOINT} "http://minio:9000". Did you mean "minio:9000"?`,
  ],
  [
    'an endpoint with a path',
    s3({ endpoint: 's3.example.com/bucket' }),
    `backups[0].endpoint: ${ENDPOINT} "s3.example.com/bucket". Did you mean "s3.example.com"?`,
  ],
  ['an empty endpoint', s3({ endpoint: '' }), `backups[0].endpoint: ${ENDPOINT} "". Use a host, such as "s3.eu-west-1.amazonaws.com".`],
  [
    'a bucket with a scheme',
    s3({ bucket: 's3://backups' }),
    `backups[0].bucket: ${BUCKET} "s3://backups". Did you mean "backups"? A folder goes into \`path\`.`,
  ],
  [
    'a bucket with a path',
    s3({ bucket: 'backups/db' }),
    `backups[0].bucket: ${BUCKET} "backups/db". Did you mean "backups"? A folder goes into \`path\`.`,
  ],
  ['an empty bucket', s3({ bucket: '' }), `backups[0].bucket: ${BUCKET} "". ${CHARACTERS}`],
  ['a bucket in upper case', s3({ bucket: 'Backups' }), `backups[0].bucket: ${BUCKET} "Backups". ${CHARACTERS}`],
  [
    'an empty region',
    s3({ region: '' }),
    'backups[0].region: must be the region of the bucket; got "". Use its name, such as "eu-west-1". Other services than AWS accept "us-east-1".',
  ],
  ['a path that is not absolute', s3({ path: 'db' }), 'backups[0].path: must be an absolute path; got "db". Did you mean "/db"?'],
  ['an empty path', s3({ path: '' }), 'backups[0].path: must be an absolute path; got "". Use a path such as "/pgbackrest".'],
  [
    'a container with a path',
    azure({ container: 'backups/db' }),
    `backups[0].container: ${CONTAINER} "backups/db". Did you mean "backups"? A folder goes into \`path\`.`,
  ],
  ['a bucket of two letters', s3({ bucket: 'db' }), `backups[0].bucket: ${BUCKET} "db". ${CHARACTERS}`],
  ...['', 'db', 'my.backups', 'my--backups', 'Backups'].map((container): [string, Partial<PostgresClusterProps>, string] => [
    `the container "${container}"`,
    azure({ container }),
    `backups[0].container: ${CONTAINER} "${container}". ${SINGLE}`,
  ]),
  [
    'databases of the superuser',
    { users: [{ name: 'postgres', databases: ['app'] }] },
    'users[0].databases: must be left out for the superuser "postgres", for which PGO ignores it; got ["app"]. Remove it, or declare another user.',
  ],
  [
    'options of the superuser',
    { users: [{ name: 'postgres', options: 'NOSUPERUSER' }] },
    'users[0].options: must be left out for the superuser "postgres", for which PGO ignores it; got "NOSUPERUSER". Remove it, or declare another user.',
  ],
  [
    'an empty schedule',
    { backups: [toVolume({ size: '1Gi', full: '' })] },
    'spec.backups.pgbackrest.repos[0].schedules.full: must be a CronJob schedule of five fields; got "". Write minute, hour, day of the month, month and day of the week: "0 1 * * 0" is Sunday at 01:00 UTC.',
  ],
  [
    'a path in Azure that is not absolute',
    azure({ path: './db' }),
    'backups[0].path: must be an absolute path; got "./db". Did you mean "/./db"?',
  ],
  [
    'five repositories',
    { backups: Array.from({ length: 5 }, (_, index) => toS3({ ...location, credentials: 'c', repository: repository(index) })) },
    'spec.backups.pgbackrest.repos[4].name: must be one of repo1, repo2, repo3, repo4; got "repo5". pgBackRest knows these four.',
  ],
  [
    'a size of half a byte',
    { storage: { size: '500m' } },
    'spec.instances[0].dataVolumeClaimSpec.resources.requests.storage: must be an amount of bytes; got "500m", a fraction of a byte. Did you mean "500Mi" or "500M"?',
  ],
  [
    "Kubernetes' unit in a parameter",
    { parameters: { shared_buffers: '256Mi' } },
    'parameters.shared_buffers: must have a unit of PostgreSQL (B, kB, MB, GB, TB); got "256Mi". Did you mean "256MB"?',
  ],
  [
    'a unit in the wrong case',
    { parameters: { work_mem: '64mb' } },
    'parameters.work_mem: must have a unit of PostgreSQL (B, kB, MB, GB, TB); got "64mb". Did you mean "64MB"?',
  ],
  [
    'kB in upper case',
    { parameters: { work_mem: '64KB' } },
    'parameters.work_mem: must have a unit of PostgreSQL (B, kB, MB, GB, TB); got "64KB". Did you mean "64kB"?',
  ],
  [
    'an image of another major version',
    { image: 'registry.example.com/crunchy-postgres:ubi8-14.5-1' },
    'image: must be an image of PostgreSQL 15, as in `version`; got "registry.example.com/crunchy-postgres:ubi8-14.5-1" of PostgreSQL 14. Use the same major version in both.',
  ],
  [
    'a restore from itself',
    { restore: fromCluster({ name: 'db', repository: 'repo1' }) },
    'restore.name: must be another PostgresCluster; got "db" itself. Give the new cluster another name.',
  ],
  [
    'an access mode that does not exist',
    { spec: { instances: [{ name: 'instance1', dataVolumeClaimSpec: { accessModes: ['ReadWrite'] } }] } as object },
    'spec.instances[0].dataVolumeClaimSpec.accessModes: must be ReadWriteOnce, ReadWriteMany, ReadOnlyMany, ReadWriteOncePod; got "ReadWrite". Use "ReadWriteOnce".',
  ],
  [
    'a limit below the request',
    {
      spec: {
        instances: [{ name: 'instance1', resources: { requests: { memory: '2Gi', cpu: '500m' }, limits: { memory: '1Gi', cpu: '1' } } }],
      } as object,
    },
    'spec.instances[0].resources.limits.memory: must be at least the request, "2Gi"; got "1Gi". Increase the limit, or reduce the request.',
  ],
])('reports %s', (_, props, expected) => {
  expect(findings(props)).toEqual([expected]);
});

test('reports the fields of an S3 restore', () => {
  const restore = fromS3({ bucket: 's3://b', endpoint: 'https://e.example.com', region: '', path: 'p', credentials: 'c' });
  expect(findings({ restore }).map((text) => text.replace(/:.*/, ''))).toEqual([
    'restore.bucket',
    'restore.endpoint',
    'restore.region',
    'restore.path',
  ]);
});

test.each<[string, Partial<PostgresClusterProps>]>([
  ['an endpoint with a port', s3({ endpoint: 'minio.example.com:9000' })],
  ['an endpoint that is an address', s3({ endpoint: '10.0.0.1:9000' })],
  ['an absolute path', s3({ path: '/backups/db' })],
  [
    'repositories with paths of their own',
    { backups: ['/a', '/b', undefined].map((path, index) => toS3({ ...location, credentials: 'c', path, repository: repository(index) })) },
  ],
  [
    "PostgreSQL's units and numbers",
    { parameters: { shared_buffers: '256MB', work_mem: '64kB', max_connections: 100, checkpoint_timeout: '15min', x: '1h' } },
  ],
  ['an image of the same major version', { image: 'registry.example.com/crunchy-postgres:ubi8-15.4-0' }],
  ['an image with a digest', { image: `registry.example.com/crunchy-postgres@sha256:${'0'.repeat(64)}` }],
  [
    'a clone of a cluster of the same name in another namespace',
    { restore: fromCluster({ name: 'db', namespace: 'old', repository: 'repo1' }) },
  ],
  [
    'equal limits and requests',
    { spec: { instances: [{ name: 'instance1', resources: { requests: { memory: '1024Mi' }, limits: { memory: '1Gi' } } }] } as object },
  ],
])('accepts %s', (_, props) => {
  expect(findings(props)).toEqual([]);
});
