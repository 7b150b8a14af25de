import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../../manifests/manifest';
import { type Cluster, startCluster } from './harness/cluster';
import { Commands } from './harness/command';
import { crd, install } from './harness/crds';
import { ROOT, written } from './harness/dist';
import type { Kubectl } from './harness/kubectl';
import { until } from './harness/until';

interface Live {
  readonly metadata: { readonly uid: string; readonly resourceVersion: string; readonly labels?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
}

const configMap = (name: string, namespace = 'default', data: object = { from: 'dist' }): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data,
});
const namespace = (name: string): Manifest => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
const postgresCluster: Manifest = {
  apiVersion: 'postgres-operator.crunchydata.com/v1beta1',
  kind: 'PostgresCluster',
  metadata: { name: 'theirs', namespace: 'default' },
  spec: {
    postgresVersion: 15,
    instances: [{ name: 'one', dataVolumeClaimSpec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }],
  },
};

describe('objects of other owners', () => {
  let cluster: Cluster;
  let kubectl: Kubectl;
  let commands: Commands;

  beforeAll(async () => {
    cluster = await startCluster();
    ({ kubectl } = cluster);
    commands = new Commands(cluster.controlPlane);
    await install(kubectl, [crd('postgresclusters.postgres-operator.crunchydata.com')]);
  });

  afterAll(async () => {
    commands?.close();
    await cluster?.stop();
  });

  const dist = (...objects: readonly Manifest[]): string => written('trial', cluster.controlPlane.directory, { '10-trial': objects });

  /** A HelmChart with a chart in it, which real Helm installs. */
  function helmChart(name: string, targetNamespace = 'default'): Manifest {
    const { directory } = cluster.controlPlane;
    const folder = join(ROOT, 'test', 'e2e', 'fixtures', 'charts', 'capabilities');
    execFileSync(cluster.controlPlane.program('helm'), ['package', folder, '--destination', directory]);
    const chartContent = readFileSync(join(directory, 'capabilities-0.0.0.tgz'), 'base64');
    return {
      apiVersion: 'helm.cattle.io/v1',
      kind: 'HelmChart',
      metadata: { name, namespace: 'kube-system' },
      spec: { chartContent, targetNamespace },
    };
  }

  const isInstalled = async (release: string, releaseNamespace = 'default'): Promise<boolean> =>
    (await kubectl.output(['get', 'secret', '-n', releaseNamespace, '-l', `owner=helm,name=${release},status=deployed`, '-o', 'name'])) !==
    '';

  const uidOf = async (kind: string, name: string, home = 'default'): Promise<string> =>
    (await kubectl.get<Live>(kind, name, '-n', home)).metadata.uid;

  const exists = async (kind: string, name: string, home = 'default'): Promise<boolean> =>
    (await kubectl.output(['get', kind, name, '-n', home, '--ignore-not-found', '-o', 'name'])) !== '';

  test('destroy --dry-run on a cluster where nothing was deployed lists none of them for deletion', async () => {
    expect(await kubectl.apply(helmChart('traefik'))).toMatchObject({ code: 0 });
    await until('the foreign release is installed', () => isInstalled('traefik'));
    const stdout = await commands.output('destroy', dist(helmChart('traefik')), '--dry-run', '--delete-data');
    expect(stdout).toContain('0 objects would be deleted.');
    expect(stdout).toContain('Kept, because not ours:\n  HelmChart kube-system/traefik\n    is not ours: has no label');
  });

  test('a HelmChart is kept by destroy after a refused deploy, and its release stays installed', async () => {
    const uid = await uidOf('helmchart', 'traefik', 'kube-system');
    const folder = dist(helmChart('traefik'), configMap('settings'));
    const { code, stderr } = await commands.run('deploy', folder);
    expect(code).toBe(1);
    expect(stderr).toContain('HelmChart kube-system/traefik exists and is not ours');
    expect(stderr).toContain('--adopt "HelmChart kube-system/traefik"');
    expect(await exists('configmap', 'settings')).toBe(false);
    expect(await exists('configmap', 'third-party-platform-trial')).toBe(false);
    await commands.output('destroy', folder, '--delete-data');
    expect(await uidOf('helmchart', 'traefik', 'kube-system')).toBe(uid);
    expect(await isInstalled('traefik')).toBe(true);
  });

  test('a HelmChart is not pruned when dist renames its own of that name after a refused deploy', async () => {
    const uid = await uidOf('helmchart', 'traefik', 'kube-system');
    expect(await commands.run('deploy', dist(helmChart('traefik')))).toMatchObject({ code: 1 });
    await commands.output('deploy', dist(helmChart('gateway')));
    expect(await uidOf('helmchart', 'traefik', 'kube-system')).toBe(uid);
    expect([await isInstalled('traefik'), await isInstalled('gateway')]).toEqual([true, true]);
    await commands.output('destroy', dist(helmChart('gateway')));
    expect([await isInstalled('traefik'), await isInstalled('gateway')]).toEqual([true, false]);
  });

  test('a PostgresCluster is kept by destroy --delete-data', async () => {
    expect(await kubectl.apply(postgresCluster)).toMatchObject({ code: 0 });
    const uid = await uidOf('postgrescluster', 'theirs');
    await commands.output('destroy', dist(postgresCluster), '--delete-data');
    const { metadata } = await kubectl.get<Live & { metadata: { deletionTimestamp?: string } }>('postgrescluster', 'theirs');
    expect(metadata).toMatchObject({ uid });
    expect(metadata).not.toHaveProperty('deletionTimestamp');
    await kubectl.output(['delete', 'postgrescluster', 'theirs', '--timeout=120s']);
  });

  test('a ConfigMap of the same name is neither changed without a conflict nor deleted', async () => {
    // The same fields, so that server-side apply meets no conflict.
    expect(await kubectl.apply(configMap('shared'))).toMatchObject({ code: 0 });
    const before = await kubectl.get<Live>('configmap', 'shared');
    const folder = dist(configMap('shared'));
    expect(await commands.run('deploy', folder)).toMatchObject({ code: 1 });
    expect(await commands.run('deploy', folder, '--force-conflicts')).toMatchObject({ code: 1 });
    expect(await commands.run('diff', folder)).toMatchObject({ code: 2, stdout: expect.stringContaining('is not ours') });
    expect(await commands.run('status', folder)).toMatchObject({ code: 1, stdout: expect.stringContaining('is not ours') });
    await commands.output('destroy', folder, '--delete-data');
    expect(await kubectl.get<Live>('configmap', 'shared')).toEqual(before);
  });

  test('an adopted ConfigMap is applied, and is never deleted', async () => {
    const folder = dist(configMap('shared', 'default', { from: 'dist', more: 'yes' }));
    const uid = await uidOf('configmap', 'shared');
    await commands.output('deploy', folder, '--adopt', 'ConfigMap default/shared');
    await commands.output('deploy', folder);
    expect(await kubectl.get<Live>('configmap', 'shared')).toMatchObject({ metadata: { uid }, data: { more: 'yes' } });
    expect(await commands.output('deploy', dist(configMap('other')))).toContain('ConfigMap default/shared\n    is adopted');
    expect(await commands.output('destroy', dist(configMap('other')), '--delete-data')).toContain(
      'ConfigMap default/shared\n    is adopted',
    );
    expect(await uidOf('configmap', 'shared')).toBe(uid);
  });

  test('a namespace that existed before is used unchanged and kept with its contents', async () => {
    await kubectl.output(['create', 'namespace', 'existing']);
    await kubectl.output(['create', 'configmap', 'theirs', '-n', 'existing']);
    const before = await kubectl.get<Live>('namespace', 'existing');
    const folder = dist(namespace('existing'), configMap('ours', 'existing'));
    await commands.output('deploy', folder);
    expect((await kubectl.get<Live>('namespace', 'existing')).metadata).toEqual(before.metadata);
    await commands.output('diff', folder);
    await commands.output('status', folder);
    expect(await commands.output('destroy', folder, '--delete-data')).toContain('Namespace existing\n    is not ours');
    expect([await exists('configmap', 'theirs', 'existing'), await exists('configmap', 'ours', 'existing')]).toEqual([true, false]);
  });

  test('a Secret in a namespace that deploy has created is listed, and deleted only with --delete-namespace-contents', async () => {
    const folder = dist(namespace('created'), configMap('ours', 'created'), helmChart('inside', 'created'));
    await commands.output('deploy', folder);
    await kubectl.output(['create', 'secret', 'generic', 'my-postgres-backup', '-n', 'created', '--from-literal=key=value']);
    const reason = 'contains objects that are not ours: Secret created/my-postgres-backup. To delete them with it, add';
    expect(await commands.output('destroy', folder, '--delete-data', '--dry-run')).toContain(`Namespace created\n    ${reason}`);
    expect(await commands.output('destroy', folder, '--delete-data')).toContain(reason);
    expect(await exists('secret', 'my-postgres-backup', 'created')).toBe(true);
    await commands.output('destroy', folder, '--delete-data', '--delete-namespace-contents');
    expect(await exists('namespace', 'created')).toBe(false);
  });

  test('a namespace that deploy has created is deleted when it contains nothing else', async () => {
    const folder = dist(namespace('created'), configMap('ours', 'created'), helmChart('inside', 'created'));
    await commands.output('deploy', folder);
    expect(await commands.output('destroy', folder, '--delete-data')).toContain('3 objects deleted.');
    expect(await exists('namespace', 'created')).toBe(false);
  });

  test('a release whose namespace changes is refused with the command, so that no second release is installed', async () => {
    await commands.output('deploy', dist(helmChart('moving')));
    const folder = dist(helmChart('moving', 'kube-public'));
    const { code, stderr } = await commands.run('deploy', folder);
    expect(code).toBe(1);
    expect(stderr).toContain('got kube-public/moving, installed as default/moving');
    expect([await isInstalled('moving'), await isInstalled('moving', 'kube-public')]).toEqual([true, false]);
    await commands.output('destroy', folder, '--stage', 'trial');
    await commands.output('deploy', folder);
    expect([await isInstalled('moving'), await isInstalled('moving', 'kube-public')]).toEqual([false, true]);
    await commands.output('destroy', folder);
  });

  test('an environment is renamed with its objects, and refused without --rename-from', async () => {
    const objects = [namespace('renamed'), configMap('ours', 'renamed')];
    const old = dist(...objects);
    await commands.output('deploy', old);
    const uid = await uidOf('configmap', 'ours', 'renamed');
    const folder = written('renamed', cluster.controlPlane.directory, { '10-trial': objects });
    for (const command of ['deploy', 'diff', 'status']) {
      const { code, stderr } = await commands.run(command, folder);
      expect(code).not.toBe(0);
      expect(stderr).toContain('--rename-from trial');
    }
    await commands.output('deploy', folder, '--rename-from', 'trial');
    for (const command of ['deploy', 'diff', 'status']) await commands.output(command, folder);
    expect(await uidOf('configmap', 'ours', 'renamed')).toBe(uid);
    expect(await exists('configmap', 'third-party-platform-trial')).toBe(false);
    await commands.output('destroy', folder, '--delete-data');
    expect(await exists('namespace', 'renamed')).toBe(false);
  });
});
