import { fromCluster, toS3, toVolume } from '../../../constructs/postgres/backup';
import { PostgresCluster, type PostgresClusterProps } from '../../../constructs/postgres/postgres-cluster';
import { problemsOf } from '../../support';

const props: PostgresClusterProps = { name: 'my-postgres', version: 15, replicas: 2, storage: { size: '5Gi' } };
const REPOS = 'There are four: repo1, repo2, repo3 and repo4.';
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
])('a cluster with %j has no problems', (change) => {
  expect(problems(change)).toEqual([]);
});

test.each([0, -1, 1.5])('%d replicas are no cluster', (replicas) => {
  expect(problems({ replicas })).toEqual([
    `spec.instances[0].replicas: ${replicas} is no number of pods. Use 1, or 2 and more for a cluster that survives the loss of a pod.`,
  ]);
});

test('synchronous replication with one pod would stop every commit', () => {
  expect(problems({ replicas: 1, synchronous: true })).toEqual([
    'synchronous: with 1 pod there is no standby that a commit could wait for. Use replicas 2 or more, or leave synchronous out.',
  ]);
});

test('a size that is not a quantity is a problem with a suggestion, wherever it stands', () => {
  const wrong = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1GB' } } };
  const message = '"1GB" is not a Kubernetes quantity. Did you mean "1G" or "1Gi"?';
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

test.each([10, 19, 15.4, NaN])('PGO runs no PostgreSQL %d', (version) => {
  expect(problems({ version })).toEqual([`version: ${version} is no version that PGO runs. Use a major version from 11 to 18.`]);
});

test('an old major version needs an image, or PGO would do nothing at all', () => {
  expect(problems({ version: 14 })).toEqual([
    'image: PGO has no image of its own for PostgreSQL 14, and would do nothing at all. Name one in `image`, with its tag, or use 15 or later.',
  ]);
});

test.each(['My_Postgres', '1st', 'my.postgres'])('%s is no name of a cluster', (name) => {
  expect(problems({ name })).toEqual([expect.stringContaining(`name: "${name}" is not a valid name.`)]);
});

test('a name leaves room for the names of its children', () => {
  expect(problems({ name: 'a'.repeat(37) })).toEqual([]);
  expect(problems({ name: 'a'.repeat(38) })).toEqual([
    `spec.instances[0].name: with "${'a'.repeat(38)}" it makes names of StatefulSets that are too long: 47 characters together. Use at most 46 together.`,
  ]);
  expect(problems({ name: 'a'.repeat(41) })).toEqual([`name: "${'a'.repeat(41)}" has 41 characters. Use at most 40.`]);
});

test('a user name that PGO refuses is a problem with a suggestion', () => {
  expect(problems({ users: [{ name: 'cvat' }, { name: 'My_User', databases: ['cvat'] }] })).toEqual([
    'users[1].name: "My_User" is not a valid name. Use lower-case letters, digits and "-", with a letter or digit at both ends. Did you mean "my-user"?',
  ]);
});

test.each(["PASSWORD 'secret'", 'CREATEDB; DROP TABLE', 'CREATEDB -- all', 'CREATEDB /* all */'])(
  'the option %j is one that PGO refuses',
  (options) => {
    expect(problems({ users: [{ name: 'cvat', options }] })).toEqual([
      `users[0].options: PGO refuses "${options}". Leave out PASSWORD, comments and ";": PGO makes the password itself.`,
    ]);
  },
);

describe('backups', () => {
  test('to repo10 are accepted by the API server, and by nobody else', () => {
    expect(problems({ spec: { backups: { pgbackrest: { repos: [{ name: 'repo10', volume: claim }] } } } })).toEqual([
      `spec.backups.pgbackrest.repos[0].name: "repo10" is no name of a repository. ${REPOS}`,
    ]);
    expect(problems({ restore: fromCluster({ name: 'old', repository: 'repo10' }) })).toEqual([
      `restore.repository: "repo10" is no name of a repository. ${REPOS}`,
    ]);
  });

  test('go to four places at most', () => {
    expect(problems({ backups: Array.from({ length: 5 }, () => toVolume({ size: '1Gi' })) })).toEqual([
      `spec.backups.pgbackrest.repos[4].name: "repo5" is no name of a repository. ${REPOS}`,
    ]);
  });

  test('to S3 without credentials are a problem', () => {
    expect(problems({ backups: [toS3({ bucket: 'b', endpoint: 's3.example.com', region: 'eu' })] })).toEqual([
      "spec.backups.pgbackrest.repos[0]: repo1 goes to S3 without credentials: the first backup would fail. Name the Secret that holds them: credentials: 'my-postgres-backup'. docs/backups.md shows its format.",
    ]);
  });

  test('to S3 need none where the pods get their rights from the cloud', () => {
    const spec = { backups: { pgbackrest: { global: { 'repo1-s3-key-type': 'web-id' } } } };
    expect(problems({ backups: [toS3({ bucket: 'b', endpoint: 's3.example.com', region: 'eu' })], spec })).toEqual([]);
  });

  test('at a time that does not exist are a problem that names the field', () => {
    expect(problems({ backups: [toVolume({ size: '1Gi', full: '0 25 * * *' })] })).toEqual([
      expect.stringContaining('spec.backups.pgbackrest.repos[0].schedules.full: "0 25 * * *" is not a schedule: look at its hour.'),
    ]);
  });

  test.each([0, -1, 1.5])('of which %d are kept are none', (keep) => {
    expect(problems({ backups: [toVolume({ size: '1Gi', keepFull: keep, keepDifferential: keep })] })).toEqual(
      Array(2).fill(`spec.backups.pgbackrest.repos[0]: how many are kept: ${keep} is no number of backups. Keep 1 or more.`),
    );
  });
});
