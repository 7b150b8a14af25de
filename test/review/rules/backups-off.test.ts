import { backupsOff } from '../../../review/rules/backups-off';
import { findings, postgresCluster } from '../support';

const repos = (...repositories: readonly object[]): ReturnType<typeof postgresCluster> =>
  postgresCluster({ backups: { pgbackrest: { repos: repositories } } });
const s3 = (schedules?: object): object => ({ name: 'repo1', s3: { bucket: 'b' }, ...(schedules && { schedules }) });

test('reports a schedule that is removed, and not one that is added', () => {
  const [both, full] = [repos(s3({ full: '0 1 * * 0', differential: '0 1 * * 1-6' })), repos(s3({ full: '0 1 * * 0' }))];
  expect(findings(backupsOff, [both], [full])).toEqual([
    'spec.backups.pgbackrest.repos[name=repo1].schedules.differential | There are no more scheduled differential backups in repo1.',
  ]);
  expect(findings(backupsOff, [full], [both])).toEqual([]);
});

test('reports a repository that is removed, wherever it is', () => {
  expect(findings(backupsOff, [repos(s3())], [repos()])).toEqual([expect.stringContaining('No more backups are written to repo1')]);
  expect(findings(backupsOff, [repos(s3())], [postgresCluster()])).toEqual([
    expect.stringContaining('No more backups are written to repo1'),
  ]);
  expect(findings(backupsOff, [repos()], [repos(s3())])).toEqual([]);
});

test('reports that the write-ahead log is no longer archived', () => {
  const parameters = (archive: string): ReturnType<typeof postgresCluster> =>
    postgresCluster({ patroni: { dynamicConfiguration: { postgresql: { parameters: { archive_mode: archive } } } } });
  expect(findings(backupsOff, [parameters('on')], [parameters('off')])).toHaveLength(1);
  expect(findings(backupsOff, [parameters('off')], [parameters('on')])).toEqual([]);
});
