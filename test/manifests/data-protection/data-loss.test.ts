import { dataLossOf } from '../../../manifests/data-protection/data-loss';
import type { Manifest } from '../../../manifests/manifest';

// That the API server's policy says the same is tested in test/e2e/data-loss.test.ts.

const HOLDS_DATA = { 'platform.kapernikov.com/holds-data': 'PostgreSQL my-postgres' };
const volume = (name: string): object => ({ name, volume: {} });

interface Parts {
  readonly spec?: object;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly status?: object;
}

function cluster({ spec = {}, annotations = HOLDS_DATA, status }: Parts = {}): Manifest {
  return {
    apiVersion: 'postgres-operator.crunchydata.com/v1beta1',
    kind: 'PostgresCluster',
    metadata: { name: 'my-postgres', namespace: 'cvat', annotations },
    spec: { postgresVersion: 15, instances: [{ name: 'instance1' }], backups: { pgbackrest: { repos: [volume('repo1')] } }, ...spec },
    ...(status && { status }),
  };
}

const changes = (before: Manifest, after: Manifest): string[] => dataLossOf(before, after).map(({ change }) => change);
const repos = (...all: readonly object[]): object => ({ backups: { pgbackrest: { repos: all } } });

test('an unchanged object loses nothing', () => {
  expect(changes(cluster(), cluster())).toEqual([]);
});

test('says which object, what is lost, and the way that loses nothing', () => {
  expect(dataLossOf(cluster(), cluster({ spec: repos({ name: 'repo1', s3: {} }) }))).toEqual([
    {
      object: 'PostgresCluster cvat/my-postgres',
      change: 'remove-repository=repo1',
      lost: expect.stringContaining('deletes the volume') as string,
      instead: expect.stringContaining('Add the new repository beside it') as string,
    },
  ]);
});

test.each<[string, Parts, Parts, string[]]>([
  ['a dataSource on a cluster that PGO has seen', { status: {} }, { spec: { dataSource: {} } }, ['restore']],
  ['a dataSource on a cluster that PGO has not seen', {}, { spec: { dataSource: {} } }, []],
  ['a dataSource that is removed', { status: {}, spec: { dataSource: {} } }, {}, []],
  ['a volume that is replaced by S3', {}, { spec: repos({ name: 'repo1', s3: {} }) }, ['remove-repository=repo1']],
  ['S3 beside the volume', {}, { spec: repos(volume('repo1'), { name: 'repo2', s3: {} }) }, []],
  ['all backups removed', {}, { spec: { backups: undefined } }, ['remove-repository=repo1']],
  ['S3 that is removed: what is in the bucket stays', { spec: repos(volume('repo1'), { name: 'repo2', s3: {} }) }, {}, []],
  ['a renamed instance set', {}, { spec: { instances: [{ name: 'fast' }] } }, ['remove-instance-set=instance1']],
  [
    'a set without a name that gets one',
    { spec: { instances: [{}] } },
    { spec: { instances: [{ name: 'a' }] } },
    ['remove-instance-set=00'],
  ],
  ['another version', {}, { spec: { postgresVersion: 16 } }, ['postgres-version=16']],
  ['the annotation removed', {}, { annotations: {} }, ['unprotect']],
  ['two changes in one', {}, { spec: { postgresVersion: 16, instances: [] } }, ['remove-instance-set=instance1', 'postgres-version=16']],
])('%s', (_what, before, after, expected) => {
  expect(changes(cluster(before), cluster(after))).toEqual(expected);
});

test('a restore in place is one when it is enabled, and when its annotation changes', () => {
  const restoring = { spec: { backups: { pgbackrest: { repos: [volume('repo1')], restore: { enabled: true, repoName: 'repo1' } } } } };
  const again = { ...restoring, annotations: { ...HOLDS_DATA, 'postgres-operator.crunchydata.com/pgbackrest-restore': '2' } };
  expect(changes(cluster(), cluster(restoring))).toEqual(['restore-in-place']);
  expect(changes(cluster(restoring), cluster(restoring))).toEqual([]);
  expect(changes(cluster(restoring), cluster(again))).toEqual(['restore-in-place']);
});

test('the end of a restore in place is a restore where there is a dataSource, because PGO remembers one restore only', () => {
  const annotations = { ...HOLDS_DATA, 'postgres-operator.crunchydata.com/pgbackrest-restore': 'one' };
  const restoring = { backups: { pgbackrest: { repos: [volume('repo1')], restore: { enabled: true, repoName: 'repo1' } } } };
  const clone = { dataSource: { postgresCluster: { clusterName: 'other', repoName: 'repo1' } } };
  const before = (spec: object): Manifest => cluster({ annotations, spec: { ...restoring, ...spec }, status: {} });
  expect(changes(before(clone), cluster({ spec: clone }))).toEqual(['restore']);
  expect(changes(before(clone), cluster({ spec: { ...restoring, ...clone } }))).toEqual(['restore', 'restore-in-place']);
  expect(changes(before(clone), cluster({}))).toEqual([]);
  expect(changes(before({}), cluster({}))).toEqual([]);
});

describe('a major upgrade', () => {
  const annotations = { ...HOLDS_DATA, 'postgres-operator.crunchydata.com/allow-upgrade': 'to-16' };
  const running = { annotations: HOLDS_DATA };
  const upgrading = { annotations, spec: { shutdown: true } };
  const upgraded = { ...upgrading, status: { postgresVersion: 16 } };
  const to = (postgresVersion: number, spec: object = {}): Manifest => cluster({ spec: { postgresVersion, ...spec } });

  test('loses nothing by its two steps, and by stopping it before the PGUpgrade has succeeded', () => {
    expect(changes(cluster(running), cluster(upgrading))).toEqual([]);
    expect(changes(cluster(upgrading), cluster(upgrading))).toEqual([]);
    expect(changes(cluster(upgraded), to(16))).toEqual([]);
    expect(changes(cluster(upgrading), to(15))).toEqual([]);
  });

  test('must not change the version before the PGUpgrade has succeeded, or to another version', () => {
    expect(changes(cluster(upgrading), to(16))).toEqual(['postgres-version=16']);
    expect(changes(cluster(upgrading), to(16, { shutdown: true }))).toEqual(['postgres-version=16']);
    expect(changes(cluster(upgraded), to(17))).toEqual(['postgres-version=17']);
    expect(changes(cluster({ ...upgraded, annotations: HOLDS_DATA }), to(16))).toEqual(['postgres-version=16']);
    expect(changes(cluster({ ...upgraded, spec: {} }), to(16))).toEqual(['postgres-version=16']);
  });

  test('must not start the old version again when the files are of the new one', () => {
    expect(changes(cluster(upgraded), to(15))).toEqual(['postgres-version=15']);
    expect(changes(cluster(upgraded), to(15, { shutdown: true }))).toEqual([]);
    expect(changes(cluster({ ...upgraded, annotations: HOLDS_DATA }), to(15))).toEqual(['postgres-version=15']);
  });
});

test('the mark on the live object allows the change that it names, and no other', () => {
  const marked = (mark: string): Manifest => cluster({ annotations: { ...HOLDS_DATA, 'platform.kapernikov.com/allow': mark } });
  const next = cluster({ spec: repos(volume('repo2')) });
  expect(changes(marked('remove-repository=repo1'), next)).toEqual([]);
  expect(changes(marked('restore, remove-repository=repo1'), next)).toEqual([]);
  for (const other of ['remove-repository=repo2', 'remove-repository', 'true', '']) {
    expect(changes(marked(other), next)).toEqual(['remove-repository=repo1']);
  }
});

test('what says nothing about data is not looked at', () => {
  expect(changes(cluster({ annotations: {} }), cluster({ annotations: {}, spec: { postgresVersion: 16 } }))).toEqual([]);
});

test('an AppUser may lose its annotation: then its account is kept', () => {
  const appUser = (annotations: Readonly<Record<string, string>>): Manifest => ({
    apiVersion: 'kapernikov.com/v1',
    kind: 'AppUser',
    metadata: { name: 'john', annotations },
  });
  expect(changes(appUser(HOLDS_DATA), appUser({}))).toEqual([]);
});
