import { wrongPgBackRestSecrets } from '../../../cluster/deploy/pgbackrest-secrets';
import type { Manifest } from '../../../manifests/manifest';
import { MemoryCluster } from '../support/memory-cluster';
import { manifest } from '../support/objects';

const S3 = { s3: { bucket: 'b' } };

function database(spec: object): Manifest {
  return manifest('postgres-operator.crunchydata.com/v1beta1 PostgresCluster cvat/db', { spec });
}
const backups = (repos: readonly object[], global: object = {}): Manifest =>
  database({ backups: { pgbackrest: { configuration: [{ secret: { name: 'keys' } }], global, repos } } });

/** The problems of a PostgresCluster on a cluster whose Secret has these lines. */
function problems(object: Manifest, ...lines: readonly string[]): Promise<string[]> {
  const cluster = new MemoryCluster();
  if (lines.length > 0)
    cluster.put(manifest('v1 Secret cvat/keys', { data: { 's3.conf': Buffer.from(lines.join('\n')).toString('base64') } }));
  return wrongPgBackRestSecrets(cluster, [object]);
}

test('reports the options that a Secret lacks for a repository, and no value', async () => {
  const [problem, ...others] = await problems(
    backups([
      { name: 'repo1', volume: {} },
      { name: 'repo2', ...S3 },
    ]),
    '[global]',
    'repo1-s3-key=AKIASECRET',
    'repo1-s3-key-secret = hidden',
    'other-secret=hidden',
  );
  expect(others).toEqual([]);
  expect(problem).toBe(
    '  Secret cvat/keys: must set repo2-s3-key and repo2-s3-key-secret for repository repo2 of PostgresCluster cvat/db; got repo1-s3-key, repo1-s3-key-secret.\n' +
      '    Correct the options in its .conf key: docs/backups.md shows the file.',
  );
  expect(problem).not.toMatch(/AKIASECRET|hidden/);
});

test.each([
  ['s3', backups([{ name: 'repo1', ...S3 }]), ['repo1-s3-key=a', 'repo1-s3-key-secret=b']],
  ['azure', backups([{ name: 'repo1', azure: { container: 'c' } }]), ['repo1-azure-account=a', 'repo1-azure-key=b']],
  ['a key type', backups([{ name: 'repo1', ...S3 }], { 'repo1-s3-key-type': 'web-id' }), ['[global]']],
  ['volumes only', backups([{ name: 'repo1', volume: {} }]), ['[global]']],
  ['a Secret that does not exist', backups([{ name: 'repo1', ...S3 }]), []],
  ['no Secret', database({ backups: { pgbackrest: { repos: [{ name: 'repo1', ...S3 }] } } }), []],
] as const)('accepts %s', async (_what, object, lines) => {
  expect(await problems(object, ...lines)).toEqual([]);
});

test('checks the repository that is restored from', async () => {
  const restored = database({
    dataSource: { pgbackrest: { configuration: [{ secret: { name: 'keys' } }], repo: { name: 'repo1', ...S3 } } },
  });
  expect(await problems(restored, 'repo2-s3-key=a', 'repo2-s3-key-secret=b')).toEqual([
    expect.stringContaining('must set repo1-s3-key and repo1-s3-key-secret'),
  ]);
  expect(await problems(restored, 'repo1-s3-key=a', 'repo1-s3-key-secret=b')).toEqual([]);
});
