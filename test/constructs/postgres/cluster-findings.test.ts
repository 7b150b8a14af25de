import { fromCluster, toS3, toVolume } from '../../../constructs/postgres/backup';
import { PostgresCluster, type PostgresClusterProps } from '../../../constructs/postgres/postgres-cluster';
import { problemsOf } from '../../support';

const props: PostgresClusterProps = { name: 'my-postgres', version: 15, replicas: 2, storage: { size: '5Gi' } };
const REPOS = 'must be one of repo1, repo2, repo3, repo4; got';
const claim = { volumeClaimSpec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } };

function problems(change: Partial<PostgresClusterProps>): string[] {
  return problemsOf((chart) => new PostgresCluster(chart, 'cluster', { ...props, ...change }));
}

test.each<Partial<PostgresClusterProps>>([
  {},
  { replicas: 1 },
  { version: 18 },
  { version: 14, image: 'registry/postgres:14.5' },
  { synchronous: true },
  { users: [{ name: 'cvat-1', databases: ['cvat'], options: 'CREATEDB' }] },
  { backups: [toVolume({ size: '1Gi', full: '@daily', keepFull: 1 })], restore: fromCluster({ name: 'old', repository: 'repo4' }) },
])('finds nothing in a cluster with %j', (change) => {
  expect(problems(change)).toEqual([]);
});

test.each([0, -1, 1.5])('refuses %d replicas', (replicas) => {
  expect(problems({ replicas })).toEqual([
    `spec.instances[0].replicas: must be an integer >= 1; got ${replicas}. Use 2 or more for a cluster that survives the loss of a pod.`,
  ]);
});

test('refuses synchronous replication with one pod, which would stop every commit', () => {
  expect(problems({ replicas: 1, synchronous: true })).toEqual([
    'synchronous: must be false without a standby that a commit can wait for; got true with 1 pod. Set replicas to 2 or more, or remove synchronous.',
  ]);
});

test('refuses a size that is not a quantity, with a suggestion, in every claim', () => {
  const wrong = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1GB' } } };
  const message = 'must be a Kubernetes quantity; got "1GB". Did you mean "1G" or "1Gi"?';
  expect(
    problems({
      storage: { size: '1GB' },
      backups: [toVolume({ size: '1GB' })],
      spec: { instances: [{ name: 'instance1', walVolumeClaimSpec: wrong }] },
    }),
  ).toEqual([
    `spec.instances[0].dataVolumeClaimSpec.resources.requests.storage: ${message}`,
    `spec.instances[0].walVolumeClaimSpec.resources.requests.storage: ${message}`,
    `spec.backups.pgbackrest.repos[0].volume.volumeClaimSpec.resources.requests.storage: ${message}`,
  ]);
});

test.each([10, 19, 15.4, NaN])('refuses PostgreSQL %d, which PGO does not run', (version) => {
  expect(problems({ version })).toEqual([
    `version: must be a major version of PostgreSQL from 11 to 18; got ${version}. Use a version that PGO supports.`,
  ]);
});

test('refuses an old major version without an image, which PGO would not create', () => {
  expect(problems({ version: 14 })).toEqual([
    'image: must be set for PostgreSQL 14, because PGO has no image for it and would not create the cluster; got none. Set an image with its tag, or use version 15 or later.',
  ]);
});

test.each(['My_Postgres', '1st', 'my.postgres'])('refuses the name %s', (name) => {
  expect(problems({ name })).toEqual([expect.stringMatching(new RegExp(`^name: must be .*; got "${name}"\\.`))]);
});

test('refuses a name that makes the names of StatefulSets and CronJobs too long', () => {
  expect(problems({ name: 'a'.repeat(37) })).toEqual([]);
  expect(problems({ name: 'a'.repeat(38) })).toEqual([
    `spec.instances[0].name: must have at most 46 characters together with the cluster's name "${'a'.repeat(38)}"; got 47. Shorten one of the two: they are in the names of StatefulSets.`,
  ]);
  expect(problems({ name: 'a'.repeat(41) })).toEqual([`name: must have at most 40 characters; got 41: "${'a'.repeat(41)}". Shorten it.`]);
});

test('refuses a user name that PGO refuses, with a suggestion', () => {
  expect(problems({ users: [{ name: 'cvat' }, { name: 'My_User', databases: ['cvat'] }] })).toEqual([
    'users[1].name: must be lower-case letters, digits and "-", with a letter or digit at both ends; got "My_User". Did you mean "my-user"?',
  ]);
});

test.each(["PASSWORD 'secret'", 'CREATEDB; DROP TABLE', 'CREATEDB -- all', 'CREATEDB /* all */'])(
  'refuses the option %j, as PGO does',
  (options) => {
    expect(problems({ users: [{ name: 'cvat', options }] })).toEqual([
      `users[0].options: must not contain PASSWORD, comments or ";"; got "${options}". Remove them: PGO generates the password.`,
    ]);
  },
);

describe('backups', () => {
  test('refuses repo10, which the API server accepts and pgBackRest does not', () => {
    expect(problems({ spec: { backups: { pgbackrest: { repos: [{ name: 'repo10', volume: claim }] } } } })).toEqual([
      `spec.backups.pgbackrest.repos[0].name: ${REPOS} "repo10". pgBackRest knows these four.`,
    ]);
    expect(problems({ restore: fromCluster({ name: 'old', repository: 'repo10' as 'repo1' }) })).toEqual([
      `restore.repository: ${REPOS} "repo10". pgBackRest knows these four.`,
    ]);
  });

  test('must all have a name but the first, because removing that would rename the others', () => {
    expect(problems({ backups: [toVolume({ size: '1Gi' }), toVolume({ size: '1Gi' })] })).toEqual([
      "backups[1].repository: must be set for every backup but the first, so that the others can be removed; got none. Set repository: 'repo2', or the name under which its backups exist already.",
    ]);
  });

  test('must have names of their own', () => {
    const backups = (['repo2', 'repo2'] as const).map((repository) => toVolume({ size: '1Gi', repository }));
    expect(problems({ backups })).toEqual([
      'backups[1].repository: must be unique; got "repo2" twice. Use another of repo1, repo2, repo3, repo4.',
    ]);
  });

  test('refuses S3 without credentials', () => {
    expect(problems({ backups: [toS3({ bucket: 'backups', endpoint: 's3.example.com', region: 'eu' })] })).toEqual([
      "spec.backups.pgbackrest.repos[0]: must have credentials for S3, or the first backup fails; got none for repo1. Name the Secret that contains them: credentials: 'my-postgres-backup'. docs/backups.md shows its format.",
    ]);
  });

  test('accepts S3 without credentials where the pods get their rights from the cloud', () => {
    const spec = { backups: { pgbackrest: { global: { 'repo1-s3-key-type': 'web-id' } } } };
    expect(problems({ backups: [toS3({ bucket: 'backups', endpoint: 's3.example.com', region: 'eu' })], spec })).toEqual([]);
  });

  test('refuses a schedule with a field that is out of bounds, and names the field', () => {
    expect(problems({ backups: [toVolume({ size: '1Gi', full: '0 25 * * *' })] })).toEqual([
      expect.stringContaining(
        'spec.backups.pgbackrest.repos[0].schedules.full: must be a CronJob schedule with a valid hour; got "0 25 * * *".',
      ),
    ]);
  });

  test.each([0, -1, 1.5, 10_000_000])('refuses to keep %d backups', (keep) => {
    const message = `must be an integer from 1 to 9999999; got ${keep}. Keep at least one backup.`;
    expect(problems({ backups: [toVolume({ size: '1Gi', keepFull: keep, keepDifferential: keep })] })).toEqual([
      `backups[0].keepFull: ${message}`,
      `backups[0].keepDifferential: ${message}`,
    ]);
    const spec = { backups: { pgbackrest: { global: { 'repo1-retention-full': String(keep) } } } };
    expect(problems({ backups: [toVolume({ size: '1Gi' })], spec })).toEqual([
      `spec.backups.pgbackrest.global.repo1-retention-full: ${message}`,
    ]);
  });
});
