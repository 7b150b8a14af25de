import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../constructs/platform';
import { ENVIRONMENT_LABEL } from '../../manifests/contract';
import type { Live } from './harness/api';
import { type Cluster, startCluster } from './harness/cluster';
import { Commands } from './harness/command';
import { changed } from './harness/dist';
import type { Kubectl } from './harness/kubectl';
import { examplesOf } from './harness/page';

interface PostgresCluster extends Live {
  readonly spec: { readonly postgresVersion: number; readonly shutdown?: boolean };
}

/** The rest of the environment, which is not what the page is about. */
const NOTHING_ELSE: Partial<Environment> = { postgres: undefined, cvat: undefined, appUserOperator: undefined, appUsers: undefined };
const NAMESPACE = ['-n', 'reports'];
const NEXT_STEP =
  'Next: set version: 15 for reports in the environment, set image to one of this version or remove it, remove upgrade, and deploy again';

describe('the major upgrade of docs/upgrading.md', () => {
  const [before = {}, upgrading = {}, after = {}] = examplesOf('upgrading.md');
  let cluster: Cluster;
  let kubectl: Kubectl;
  let commands: Commands;

  beforeAll(async () => {
    cluster = await startCluster();
    ({ kubectl } = cluster);
    commands = new Commands(cluster.controlPlane);
    await commands.output('deploy', dist(before, 'before'));
  });

  afterAll(async () => {
    commands?.close();
    await cluster?.stop();
  });

  /** An example, and a later stage with what uses its database: only its data is another one. */
  function dist(example: Partial<Environment>, data: string): string {
    const { folder } = changed('local', cluster.controlPlane.directory, { ...NOTHING_ELSE, ...example });
    const env = [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'reports-pguser-reports', key: 'password' } } }];
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'report', image: 'report:1', env }] } };
    const metadata = { name: 'nightly', namespace: 'reports', labels: { [ENVIRONMENT_LABEL]: 'local' }, annotations: { data } };
    const spec = { schedule: '0 1 * * *', jobTemplate: { spec: { template } } };
    writeFileSync(join(folder, '70-nightly.k8s.yaml'), JSON.stringify({ apiVersion: 'batch/v1', kind: 'CronJob', metadata, spec }));
    return folder;
  }

  const live = (): Promise<PostgresCluster> => kubectl.get<PostgresCluster>('postgrescluster', 'reports', ...NAMESPACE);
  const later = async (): Promise<string | undefined> =>
    (await kubectl.get<Live>('cronjob', 'nightly', ...NAMESPACE)).metadata.annotations?.['data'];
  async function images(): Promise<string[]> {
    const selector = 'postgres-operator.crunchydata.com/instance';
    const { items } = await kubectl.get<{ items: { spec: { containers: { image: string }[] } }[] }>('pods', ...NAMESPACE, '-l', selector);
    return items.map(({ spec }) => spec.containers[0]?.image.replace(/^.*:/, '') ?? '');
  }
  const uid = async (): Promise<string> => (await live()).metadata.uid;

  let original: string;

  test('is refused while it changes the version alone, before anything is applied', async () => {
    original = await uid();
    expect(await images()).toEqual(['ubi8-14.5-1', 'ubi8-14.5-1']);
    const { code, stderr } = await commands.run('deploy', dist(after, 'too early'));
    expect(code).toBe(1);
    expect(stderr).toContain('Nothing was applied, because data would be lost');
    expect(stderr).toContain('postgres-version=15: PostgreSQL cannot start on the files of another major version');
    expect(await later()).toBe('before');
  });

  test('says what PGO says when it fails, keeps later stages, and the old version can be started again', async () => {
    cluster.postgresOperator.options = { failingUpgrade: true };
    const { code, stdout } = await commands.run('deploy', dist(upgrading, 'failed'));
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /PostgresCluster reports\/reports: is shut down: nothing can connect until it is started again; CronJob reports\/nightly uses it$/m,
    );
    expect(stdout).toMatch(
      /PGUpgrade reports\/reports-to-15\n +Upgrade jobs failed, please check individual pod logs\. Read its log: kubectl -n reports logs job\/reports-to-15-pgdata/,
    );
    expect(await images()).toEqual([]);
    expect(await later()).toBe('before');

    cluster.postgresOperator.options = {};
    await commands.output('deploy', dist(before, 'back'));
    expect(await images()).toEqual(['ubi8-14.5-1', 'ubi8-14.5-1']);
    expect((await kubectl.run(['get', 'pgupgrade', 'reports-to-15', ...NAMESPACE])).code).toBe(1);
    // PGO finds Jobs by their names: this one would fail the next upgrade. The garbage collector knows a new kind of owner after up to 30 seconds.
    expect((await kubectl.run(['get', 'job', 'reports-to-15-pgdata', ...NAMESPACE])).code).toBe(1);
    expect(await later()).toBe('back');
  });

  /** Starts a deploy again and again, and kills it each time when it has said one of these. */
  async function killed(folder: string, ...points: readonly RegExp[]): Promise<void> {
    for (const point of points) {
      const running = await commands.start('deploy', folder);
      await running.said(point);
      await running.interrupt('SIGKILL');
    }
  }

  test('continues after it was killed at any point, and ends with the next step and exit code 1', async () => {
    const folder = dist(upgrading, 'upgrading');
    // PGO shuts nothing down until the deploy was interrupted.
    cluster.postgresOperator.options = { holdsChanges: true };
    // Before anything of the stage is applied, or while it is.
    await killed(folder, /^30-postgres$/m);
    // When the PGUpgrade is applied, and the cluster may not be yet.
    const running = await commands.start('deploy', folder);
    await running.said(/reports-to-15/);
    expect((await running.interrupt('SIGINT')).code).toBe(130);
    cluster.postgresOperator.options = {};
    // When both are applied, and PGO shuts the cluster down, upgrades it, or has upgraded it.
    await killed(folder, /waiting .*reports-to-15|Next: set version/, /waiting .*is upgrading|Next: set version/);

    for (const attempt of ['continues', 'has succeeded already']) {
      const { code, stdout } = await commands.run('deploy', folder);
      expect([attempt, code]).toEqual([attempt, 1]);
      expect(stdout).toMatch(/Stage 30-postgres is not ready, and the stages after it were not applied/);
      expect(stdout).toContain(`its files are upgraded to PostgreSQL 15, and it is still shut down. ${NEXT_STEP}`);
    }
    expect(await live()).toMatchObject({ spec: { postgresVersion: 14, shutdown: true }, status: { postgresVersion: 15 } });
    expect(await later()).toBe('back');
    expect((await commands.run('status', folder)).stdout).toContain('it is still shut down');
  });

  test('refuses to start the old version on the new files', async () => {
    const { code, stderr } = await commands.run('deploy', dist(before, 'too late'));
    expect(code).toBe(1);
    expect(stderr).toContain('postgres-version=14: PostgreSQL cannot start on the files of another major version');
    const patch = '--patch={"spec":{"shutdown":null}}';
    const started = await kubectl.run(['patch', 'postgrescluster', 'reports', ...NAMESPACE, '--type=merge', patch]);
    expect(started).toMatchObject({ code: 1, stderr: expect.stringContaining('postgres-version=14') as string });
  });

  test('ends with the new version, a new backup and the same cluster', async () => {
    const folder = dist(after, 'after');
    // Otherwise the cluster may be ready before the second deploy looks.
    cluster.postgresOperator.options = { holdsChanges: true };
    await killed(folder, /^30-postgres$/m, /(configured|waiting) +PostgresCluster /);
    cluster.postgresOperator.options = {};
    await commands.output('deploy', folder);
    expect(await images()).toEqual(['ubi9-15.19-2633', 'ubi9-15.19-2633']);
    const { spec } = await live();
    expect([spec.postgresVersion, spec.shutdown]).toEqual([15, undefined]);
    expect(await uid()).toBe(original);
    expect(await later()).toBe('after');
    expect((await kubectl.run(['get', 'pgupgrade', 'reports-to-15', ...NAMESPACE])).code).toBe(1);
  });

  /** The PGUpgrade of 14 to 15 as other clients leave it, with Jobs of two standbys: one more than the cluster has now. */
  async function leaveUpgrade(): Promise<void> {
    const apiVersion = 'postgres-operator.crunchydata.com/v1beta1';
    const metadata = { name: 'left', namespace: 'reports' };
    const versions = { fromPostgresVersion: 14, toPostgresVersion: 15 };
    await kubectl.apply({ apiVersion, kind: 'PGUpgrade', metadata, spec: { postgresClusterName: 'reports', ...versions } });
    const { uid: owner } = (await kubectl.get<Live>('pgupgrade', 'left', ...NAMESPACE)).metadata;
    const label = (name: string): string => `postgres-operator.crunchydata.com/${name}`;
    const labels = { [label('cluster')]: 'reports', [label('pgupgrade')]: 'left', [label('role')]: 'removedata' };
    const ownerReferences = [{ apiVersion, kind: 'PGUpgrade', name: 'left', uid: owner, controller: true, blockOwnerDeletion: true }];
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'database', image: 'crunchy-upgrade' }] } };
    for (const name of ['left-1', 'left-2'])
      await kubectl.apply({
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name, namespace: 'reports', labels, ownerReferences },
        spec: { template },
      });
    await kubectl.run(['wait', '--for=condition=Complete', '--timeout=60s', 'job/left-1', 'job/left-2', ...NAMESPACE]);
  }

  test('names the PGUpgrade of an earlier upgrade whose Jobs PGO counts, and ends when that is deleted', async () => {
    await leaveUpgrade();
    const [reports] = after.postgresClusters ?? [];
    const folder = dist({ postgresClusters: reports && [{ ...reports, upgrade: { to: 16 } }] }, 'again');
    const { code, stdout } = await commands.run('deploy', folder);
    expect(code).toBe(1);
    const [, command = ''] = /PGUpgrade left of the same cluster still exists.* kubectl (.*)$/m.exec(stdout) ?? [];
    expect(command).toBe('-n reports delete pgupgrade left --cascade=foreground');
    expect((await kubectl.run(command.split(' '))).code).toBe(0);
    expect((await commands.run('deploy', folder)).stdout).toContain('its files are upgraded to PostgreSQL 16, and it is still shut down');
    expect((await kubectl.get<Live>('pgupgrade', 'reports-to-16', ...NAMESPACE)).metadata.name).toBe('reports-to-16');
  });
});
