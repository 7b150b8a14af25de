import { dataLoss } from '../../../review/rules/data-loss';
import { findings, namespace, object, postgresCluster } from '../support';

const repos = (...names: readonly string[]): object => ({
  pgbackrest: { repos: names.map((name) => ({ name, volume: { volumeClaimSpec: {} } })) },
});
const two = postgresCluster({ backups: repos('repo1', 'repo2') });
const one = postgresCluster({ backups: repos('repo1') });

test('reports a change of the table of data-losing changes, with the way that loses nothing', () => {
  expect(findings(dataLoss, [two], [one])).toEqual([
    'remove-repository=repo2: PGO deletes the volume of the repository at once, with every backup on it. Add the new repository beside it, wait for a full backup in it, and remove this one by a second change.',
  ]);
  expect(findings(dataLoss, [one], [two])).toEqual([]);
});

test('counts on a cluster that runs: a dataSource that is added restores over it', () => {
  const source = postgresCluster({ dataSource: { postgresCluster: { clusterName: 'old', repoName: 'repo1' } } });
  expect(findings(dataLoss, [postgresCluster()], [source])).toEqual([expect.stringMatching(/^restore: PGO restores over the volumes/)]);
  expect(findings(dataLoss, [source], [postgresCluster()])).toEqual([]);
});

test('reports that an object loses the annotation that protects it', () => {
  const plain = namespace('cvat');
  const guarded = { ...plain, metadata: { ...plain.metadata, annotations: { 'platform.kapernikov.com/holds-data': 'media' } } };
  expect(findings(dataLoss, [guarded], [plain])).toEqual([expect.stringMatching(/^unprotect: /)]);
  expect(findings(dataLoss, [plain], [guarded])).toEqual([]);
});

test('reports another version, but not the steps of an upgrade by a PGUpgrade', () => {
  const annotations = { 'postgres-operator.crunchydata.com/allow-upgrade': 'db-to-16' };
  const upgrading = [
    postgresCluster({ shutdown: true }, { annotations }),
    object('postgres-operator.crunchydata.com/v1beta1', 'PGUpgrade', 'cvat/db-to-16', {
      spec: { postgresClusterName: 'db', fromPostgresVersion: 15, toPostgresVersion: 16 },
    }),
  ];
  const version = (postgresVersion: number) => [postgresCluster({ postgresVersion })];
  expect(findings(dataLoss, version(15), upgrading)).toEqual([]);
  expect(findings(dataLoss, upgrading, version(16))).toEqual([]);
  for (const [before, after] of [
    [version(15), version(16)],
    [upgrading, version(17)],
    [upgrading, version(15)],
  ] as const)
    expect(findings(dataLoss, before, after)).toEqual([expect.stringMatching(/^postgres-version=1[567]: /)]);
});
