import { fromAzure, fromCluster, fromS3, toAzure, toS3, toVolume } from '../../../constructs/postgres/backup';
import type { PostgresClusterProps } from '../../../constructs/postgres/postgres-cluster';
import { local } from '../../fixtures/environments/local';
import { synthesize } from '../../fixtures/synthesize';

const cluster = (name: string, more: Partial<PostgresClusterProps> = {}): PostgresClusterProps => ({
  name,
  version: 15,
  replicas: 1,
  storage: { size: '5Gi' },
  backups: [toVolume({ size: '5Gi' })],
  ...more,
});
const cloneOf = (name: string, more: Partial<PostgresClusterProps> = {}): PostgresClusterProps =>
  cluster('copy', { restore: fromCluster({ name, repository: 'repo1' }), ...more });

const synthesis = (...postgresClusters: PostgresClusterProps[]): ReturnType<typeof synthesize> =>
  synthesize({ local: { ...local, postgresClusters } });
const problems = (...clusters: PostgresClusterProps[]): string[] =>
  synthesis(...clusters).problems.map(({ path, field, message, remedy }) => `${path}.${field}: ${message} ${remedy}`);
/** The file of dist that has a cluster. */
const fileOf = (name: string, { files }: ReturnType<typeof synthesize>): string | undefined =>
  [...files].find(([, text]) => new RegExp(`^kind: PostgresCluster\\n(?:.*\\n)*? {2}name: ${name}$`, 'm').test(text))?.[0];

const CLONES = '35-postgres-clones';
const S3 = { bucket: 'backups', endpoint: 's3.example.com', region: 'eu', credentials: 'c' };
const AZURE = { container: 'backups', credentials: 'c' };

describe('a clone', () => {
  test('of a cluster of the environment is in a later stage, in its namespace or in another one', () => {
    const source = { name: 'my-postgres', namespace: 'cvat', repository: 'repo1' } as const;
    for (const one of [cloneOf('my-postgres'), cloneOf('', { namespace: 'other', restore: fromCluster(source) })]) {
      expect(synthesis(one).problems).toEqual([]);
      expect(fileOf('copy', synthesis(one))).toBe(`${CLONES}.k8s.yaml`);
    }
  });

  test('of a cluster elsewhere is not, also when another namespace has one of the same name', () => {
    const restore = fromCluster({ name: 'my-postgres', namespace: 'elsewhere', repository: 'repo1' });
    expect(fileOf('copy', synthesis(cluster('copy', { restore })))).toBe('30-postgres.k8s.yaml');
  });

  test('can be declared before its source, in a namespace that both use first', () => {
    const namespace = 'reports';
    expect(problems(cloneOf('reports', { namespace }), cluster('reports', { namespace }))).toEqual([]);
  });

  test.each<[string, PostgresClusterProps[], string]>([
    [
      'of another version',
      [cloneOf('my-postgres', { version: 16 })],
      'postgresClusters[0].version: must be PostgreSQL 15, whose files "my-postgres" has; got 16. Remove restore if it is done. Otherwise clone it with this version, and upgrade the clone afterwards: docs/upgrading.md.',
    ],
    [
      'from a repository that its source does not have',
      [cloneOf('', { restore: fromCluster({ name: 'my-postgres', repository: 'repo2' }) })],
      'postgresClusters[0].restore.repository: must be a repository of "my-postgres" (repo1); got "repo2". Use the repository that has the backup.',
    ],
    [
      'of a cluster without backups',
      [cluster('bare', { backups: [] }), cloneOf('bare')],
      'postgresClusters[1].restore.repository: must be a repository of "bare" (none); got "repo1". Use the repository that has the backup.',
    ],
    [
      'of a cluster that is shut down',
      [cluster('old', { upgrade: { to: 16 } }), cloneOf('old')],
      'postgresClusters[1].restore.name: must be a cluster that runs; "old" is shut down by its upgrade. Remove restore if it is done. Otherwise clone it before or after the upgrade.',
    ],
    [
      'of a clone',
      [cloneOf('my-postgres'), cloneOf('copy', { name: 'second' })],
      'postgresClusters[1].restore.name: must be a cluster of an earlier stage, which has a backup already; "copy" is a clone itself. Deploy "copy", remove its restore when that is done, and then add this one.',
    ],
  ])('%s is a problem', (_, clusters, expected) => {
    expect(problems(...clusters)).toEqual([`${CLONES}/${expected}`]);
  });

  test('of a clone of it is a problem of both', () => {
    expect(problems(cloneOf('other'), cloneOf('copy', { name: 'other' }))).toHaveLength(2);
  });

  test('of a cluster whose repositories are passed through is not checked for them', () => {
    const volume = { volumeClaimSpec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } };
    const source = cluster('passed', { backups: [], spec: { backups: { pgbackrest: { repos: [{ name: 'repo1', volume }] } } } });
    expect(problems(source, cloneOf('passed'))).toEqual([]);
  });
});

describe('the path of backups', () => {
  const inUse = (who: string): string =>
    `must not be in use already; ${who} has the same bucket and path. Use a path that no other repository has.`;

  test.each<[string, PostgresClusterProps[], string]>([
    [
      'two clusters in S3',
      ['a', 'b'].map((name) => cluster(name, { backups: [toS3({ ...S3, path: '/x' })] })),
      `postgresClusters[1].backups[0].path: ${inUse('"a"')}`,
    ],
    [
      'two clusters in Azure',
      ['a', 'b'].map((name) => cluster(name, { backups: [toAzure({ ...AZURE, path: '/x' })] })),
      `postgresClusters[1].backups[0].path: ${inUse('"a"')}`,
    ],
    [
      'the default of another cluster',
      [cluster('a', { backups: [toS3(S3)] }), cluster('b', { backups: [toS3({ ...S3, path: '/pgbackrest/cvat/a/repo1/' })] })],
      `postgresClusters[1].backups[0].path: ${inUse('"a"')}`,
    ],
    [
      'two repositories of a cluster',
      [cluster('a', { backups: [toS3({ ...S3, path: '/x' }), toS3({ ...S3, path: '/x/', repository: 'repo2' })] })],
      `postgresClusters[0].backups[1].path: ${inUse('backups[0]')}`,
    ],
    [
      'what it is restored from, by default',
      [cluster('a', { backups: [toS3(S3)], restore: fromS3({ ...S3, path: '/pgbackrest/cvat/a/repo1' }) })],
      `postgresClusters[0].backups[0].path: ${inUse('restore')}`,
    ],
    [
      'what it is restored from in Azure',
      [cluster('a', { backups: [toAzure({ ...AZURE, path: '/x' })], restore: fromAzure({ ...AZURE, path: '/x' }) })],
      `postgresClusters[0].backups[0].path: ${inUse('restore')}`,
    ],
  ])('%s', (_, clusters, expected) => {
    expect(problems(...clusters)).toEqual([`30-postgres/${expected}`]);
  });

  test.each<[string, PostgresClusterProps[]]>([
    ['the defaults of two clusters', ['a', 'b'].map((name) => cluster(name, { backups: [toS3(S3)] }))],
    ['one name in two namespaces', ['x', 'y'].map((namespace) => cluster('a', { namespace, backups: [toS3(S3)] }))],
    [
      'one path in two buckets',
      ['a', 'b'].map((name) => cluster(name, { backups: [toS3({ ...S3, bucket: `bucket-${name}`, path: '/x' })] })),
    ],
    [
      'one container in the accounts of two Secrets',
      ['a', 'b'].map((name) => cluster(name, { backups: [toAzure({ ...AZURE, credentials: name, path: '/x' })] })),
    ],
  ])('accepts %s', (_, clusters) => {
    expect(problems(...clusters)).toEqual([]);
  });
});
