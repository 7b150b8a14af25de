import { fromCluster, toVolume } from '../../../constructs/postgres/backup';
import { PostgresCluster, type PostgresClusterProps } from '../../../constructs/postgres/postgres-cluster';
import { objectsOfKind, problemsOf } from '../../support';

const props: PostgresClusterProps = {
  name: 'my-postgres',
  namespace: 'cvat',
  version: 15,
  replicas: 2,
  storage: { size: '5Gi' },
  backups: [toVolume({ size: '5Gi', keepFull: 2 })],
  restoreInPlace: { id: 'before-the-import', repository: 'repo1', at: '2026-11-20 14:29:00+00' },
};
const problems = (more: Partial<PostgresClusterProps>): string[] =>
  problemsOf((chart) => new PostgresCluster(chart, 'cluster', { ...props, ...more }));

test('requests the restore by an id, beside the repositories', () => {
  const [cluster] = objectsOfKind('PostgresCluster', (chart) => new PostgresCluster(chart, 'cluster', props));
  expect(cluster?.metadata.annotations).toHaveProperty(['postgres-operator.crunchydata.com/pgbackrest-restore'], 'before-the-import');
  expect(cluster?.['spec']).toMatchObject({
    backups: {
      pgbackrest: {
        repos: [{ name: 'repo1' }],
        global: { 'repo1-retention-full': '2' },
        restore: { enabled: true, repoName: 'repo1', options: ['--type=time', '--target="2026-11-20 14:29:00+00"'] },
      },
    },
  });
  expect(problems({})).toEqual([]);
});

test('restores to the end of the log without a time', () => {
  const restoreInPlace = { id: 'one', repository: 'repo1' } as const;
  const [cluster] = objectsOfKind('PostgresCluster', (chart) => new PostgresCluster(chart, 'cluster', { ...props, restoreInPlace }));
  expect(cluster?.['spec']).toMatchObject({ backups: { pgbackrest: { restore: { enabled: true, repoName: 'repo1' } } } });
  expect(JSON.stringify(cluster)).not.toContain('--target');
});

test('needs an id, a repository of the cluster, and no other request', () => {
  expect(problems({ restoreInPlace: { id: 'two words', repository: 'repo2' } })).toEqual([
    'restoreInPlace.id: must be a name without spaces; got "two words". Name the restore, such as "before-the-import".',
    `restoreInPlace.repository: must be one of the cluster's repositories (repo1); got "repo2". Use the repository that has the backup.`,
  ]);
  const both = { restore: fromCluster({ name: 'old', repository: 'repo1' }), upgrade: { to: 16 } };
  expect(problems(both)).toEqual(
    ['restore', 'upgrade'].map(
      (other) => `restoreInPlace: must not be together with ${other}; got both. Remove ${other} if it is done, deploy, and then set this.`,
    ),
  );
});

test.each(['2026-11-20 14:29:00', '2026-11-20T14:29:00Z', 'yesterday', '2026-11-20 14:29:00+00" --set=latest'])(
  'refuses the time %s, at which pgBackRest would stop when the pods have been deleted',
  (at) => {
    expect(problems({ restoreInPlace: { id: 'one', repository: 'repo1', at } })).toEqual([
      expect.stringContaining(`restoreInPlace.at: must be a date and time with the offset of its time zone; got "${at}".`),
    ]);
  },
);
