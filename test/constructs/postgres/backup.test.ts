import { contractOf } from '../../../manifests/contract';
import { type Backup, fromAzure, fromCluster, fromS3, type Restore, toAzure, toS3, toVolume } from '../../../constructs/postgres/backup';
import { PostgresCluster } from '../../../constructs/postgres/postgres-cluster';
import { objectsOfKind } from '../../support';

const s3 = { bucket: 'backups', endpoint: 's3.eu-west-1.amazonaws.com', region: 'eu-west-1' };

function cluster({ backups, restore, namespace = 'cvat' }: { backups?: Backup[]; restore?: Restore; namespace?: string | null }): {
  spec: Record<string, unknown>;
  needs: string[];
} {
  const props = { name: 'my-postgres', namespace: namespace ?? undefined, version: 15, replicas: 1, storage: { size: '5Gi' } };
  const [object] = objectsOfKind('PostgresCluster', (chart) => new PostgresCluster(chart, 'cluster', { ...props, backups, restore }));
  if (!object) throw new Error('no PostgresCluster');
  const needs = contractOf(object).needs ?? [];
  return {
    spec: object['spec'] as Record<string, unknown>,
    needs: needs.map(({ name, keys = [], remedy }) => `${name}: ${keys.join()} <- ${remedy}`),
  };
}

function pgbackrest(...backups: Backup[]): unknown {
  return (cluster({ backups }).spec['backups'] as { pgbackrest: unknown }).pgbackrest;
}

describe('backups', () => {
  test('to a volume', () => {
    expect(pgbackrest(toVolume({ size: '5Gi', storageClassName: 'slow', incremental: '0 * * * *' }))).toEqual({
      repos: [
        {
          name: 'repo1',
          volume: {
            volumeClaimSpec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '5Gi' } }, storageClassName: 'slow' },
          },
          schedules: { incremental: '0 * * * *' },
        },
      ],
    });
  });

  test('to S3, in a folder that no other cluster has, with the credentials of a Secret', () => {
    expect(
      pgbackrest(toS3({ ...s3, credentials: 'keys', full: '0 1 * * 0', differential: '0 1 * * 1-6', keepFull: 4, keepDifferential: 6 })),
    ).toEqual({
      configuration: [{ secret: { name: 'keys' } }],
      global: { 'repo1-path': '/pgbackrest/cvat/my-postgres/repo1', 'repo1-retention-full': '4', 'repo1-retention-diff': '6' },
      repos: [{ name: 'repo1', s3, schedules: { full: '0 1 * * 0', differential: '0 1 * * 1-6' } }],
    });
  });

  test('to Azure, in a folder of choice', () => {
    expect(pgbackrest(toAzure({ container: 'backups', credentials: 'keys', path: '/mine' }))).toEqual({
      configuration: [{ secret: { name: 'keys' } }],
      global: { 'repo1-path': '/mine' },
      repos: [{ name: 'repo1', azure: { container: 'backups' } }],
    });
  });

  test('to several places have their names in paths and options, and a Secret that two share is mounted once', () => {
    const backups = [
      toVolume({ size: '5Gi', keepFull: 1 }),
      toS3({ ...s3, repository: 'repo3', credentials: 'keys' }),
      toS3({ ...s3, repository: 'repo2', bucket: 'more', credentials: 'keys' }),
    ];
    expect(pgbackrest(...backups)).toMatchObject({
      configuration: [{ secret: { name: 'keys' } }],
      global: {
        'repo1-retention-full': '1',
        'repo2-path': '/pgbackrest/cvat/my-postgres/repo2',
        'repo3-path': '/pgbackrest/cvat/my-postgres/repo3',
      },
      repos: [{ name: 'repo1' }, { name: 'repo3', s3 }, { name: 'repo2', s3: { bucket: 'more' } }],
    });
  });

  test('keep their names when the first of them is removed', () => {
    const [first, second] = [toVolume({ size: '5Gi' }), toS3({ ...s3, repository: 'repo2', credentials: 'keys', keepFull: 4 })];
    const before = pgbackrest(first, second) as { global: object; repos: object[] };
    const after = pgbackrest(second) as { global: object; repos: object[] };
    expect(after.repos).toEqual([before.repos[1]]);
    expect(after.global).toEqual(before.global);
  });

  test('without any, the spec says nothing about backups', () => {
    expect(cluster({ backups: [] }).spec).not.toHaveProperty('backups');
    expect(cluster({}).spec).not.toHaveProperty('backups');
  });

  test('of a cluster without a namespace go to the folder of the default one', () => {
    expect(cluster({ backups: [toS3({ ...s3, credentials: 'keys' })], namespace: null }).spec['backups']).toMatchObject({
      pgbackrest: { global: { 'repo1-path': '/pgbackrest/default/my-postgres/repo1' } },
    });
  });
});

describe('a restore', () => {
  test('clones a cluster, as it is', () => {
    expect(cluster({ restore: fromCluster({ name: 'old', repository: 'repo1' }) }).spec['dataSource']).toEqual({
      postgresCluster: { clusterName: 'old', repoName: 'repo1' },
    });
  });

  test('clones a cluster of another namespace, as it was', () => {
    const restore = fromCluster({ name: 'old', namespace: 'past', repository: 'repo2', at: '2026-11-20 14:30:00+00' });
    expect(cluster({ restore }).spec['dataSource']).toEqual({
      postgresCluster: {
        clusterName: 'old',
        clusterNamespace: 'past',
        repoName: 'repo2',
        options: ['--type=time', '--target="2026-11-20 14:30:00+00"'],
      },
    });
  });

  test('reads what is left in S3 of a cluster that is gone', () => {
    const restore = fromS3({ ...s3, credentials: 'keys', path: '/pgbackrest/cvat/old/repo1', at: '2026-11-20 14:30:00+00' });
    expect(cluster({ restore }).spec['dataSource']).toEqual({
      pgbackrest: {
        stanza: 'db',
        configuration: [{ secret: { name: 'keys' } }],
        global: { 'repo1-path': '/pgbackrest/cvat/old/repo1' },
        repo: { name: 'repo1', s3 },
        options: ['--type=time', '--target="2026-11-20 14:30:00+00"'],
      },
    });
  });
});

test('a restore from S3 names the repository as the lines of its Secret do', () => {
  const restore = fromS3({ ...s3, repository: 'repo2', credentials: 'keys', path: '/old' });
  expect(cluster({ restore }).spec['dataSource']).toMatchObject({
    pgbackrest: { global: { 'repo2-path': '/old' }, repo: { name: 'repo2' } },
  });
});

test('a restore from Azure names the container, the folder and the Secret', () => {
  const restore = fromAzure({ container: 'backups', credentials: 'keys', path: '/pgbackrest/cvat/old/repo1' });
  const { spec, needs } = cluster({ restore });
  expect(spec['dataSource']).toEqual({
    pgbackrest: {
      stanza: 'db',
      configuration: [{ secret: { name: 'keys' } }],
      global: { 'repo1-path': '/pgbackrest/cvat/old/repo1' },
      repo: { name: 'repo1', azure: { container: 'backups' } },
    },
  });
  expect(needs).toEqual([expect.stringMatching(/^keys: azure\.conf <- /)]);
});

describe('credentials', () => {
  const remedy = (name: string, file: string): string =>
    `kubectl -n cvat create secret generic ${name} --from-file=${file} (docs/backups.md shows the file)`;

  test('are asked of the installer, each with the command that makes it', () => {
    const backups = [
      toS3({ ...s3, credentials: 'amazon' }),
      toAzure({ container: 'backups', credentials: 'azure' }),
      toVolume({ size: '5Gi' }),
    ];
    const restore = fromS3({ ...s3, credentials: 'past', path: '/old' });
    expect(cluster({ backups, restore }).needs).toEqual([
      `amazon: s3.conf <- ${remedy('amazon', 's3.conf')}`,
      `azure: azure.conf <- ${remedy('azure', 'azure.conf')}`,
      `past: s3.conf <- ${remedy('past', 's3.conf')}`,
    ]);
  });

  test('of a cluster without a namespace are made where kubectl points', () => {
    expect(cluster({ backups: [toS3({ ...s3, credentials: 'keys' })], namespace: null }).needs).toEqual([
      'keys: s3.conf <- kubectl create secret generic keys --from-file=s3.conf (docs/backups.md shows the file)',
    ]);
  });

  test('a cluster that is cloned is a need', () => {
    const restore = fromCluster({ name: 'old', namespace: 'past', repository: 'repo1' });
    expect(cluster({ restore }).needs).toEqual(['old:  <- the cluster that is cloned: it must run until the clone does']);
  });

  test('of S3 and of Azure in one Secret are two files of it', () => {
    const [need] = cluster({
      backups: [toS3({ ...s3, credentials: 'keys' }), toAzure({ container: 'backups', credentials: 'keys' })],
    }).needs;
    expect(need).toContain('--from-file=s3.conf');
    expect(need).toContain('--from-file=azure.conf');
  });
});
