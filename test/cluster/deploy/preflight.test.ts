import type { Manifest } from '../../../manifests/manifest';
import type { Need } from '../../../manifests/reference';
import { ApiError } from '../../../cluster/api/api-error';
import type { Access } from '../../../cluster/api/cluster';
import { preflight } from '../../../cluster/deploy/preflight';
import { CommandProblem } from '../../../cluster/problem';
import { MemoryCluster } from '../support/memory-cluster';
import { definition, distOf, manifest } from '../support/objects';

const LOGIN: Need = {
  kind: 'Secret',
  namespace: 'cvat',
  name: 'login',
  keys: ['password', 'user'],
  remedy: 'kubectl -n cvat create secret …',
};

const needing = (name: string, ...needs: Need[]): Manifest => manifest(`v1 ConfigMap cvat/${name}`, { contract: { needs } });
const secret = (...keys: string[]): Manifest =>
  manifest('v1 Secret cvat/login', { data: Object.fromEntries(keys.map((key) => [key, 'eA=='])) });

async function problem(cluster: MemoryCluster, objects: readonly Manifest[], others: readonly Manifest[] = []): Promise<string> {
  const dist = distOf({ '10-one': objects, '20-two': others });
  const error = await preflight(cluster, dist, dist.stages.slice(0, 1)).catch((reason: unknown) => reason);
  expect(cluster.writes).toEqual([]);
  if (error === undefined) return '';
  if (error instanceof CommandProblem && error.exitCode === 1) return error.message;
  throw error;
}

describe('rights', () => {
  const objects = [
    manifest('v1 ConfigMap cvat/one'),
    manifest('v1 ConfigMap cvat/two'),
    manifest('v1 Namespace cvat'),
    manifest('v1 Secret one'),
  ];

  function allowing(isAllowed: (access: Access) => boolean): MemoryCluster {
    const cluster = new MemoryCluster();
    const allowed = cluster.isAllowed.bind(cluster);
    jest.spyOn(cluster, 'isAllowed').mockImplementation(async (access) => (await allowed(access)) && isAllowed(access));
    return cluster;
  }

  test('of an administrator are asked for once', async () => {
    const cluster = allowing(() => true);
    expect(await problem(cluster, objects)).toBe('');
    expect(cluster.asked).toEqual(['may *']);
  });

  test('of somebody else are asked for once a kind and namespace, and for the inventory', async () => {
    const cluster = allowing(({ verb }) => verb !== '*');
    expect(await problem(cluster, objects)).toBe('');
    const verbs = ['get', 'list', 'create', 'patch', 'delete'];
    expect(cluster.asked).toEqual([
      'may *',
      ...['ConfigMap cvat', 'Namespace', 'Secret here'].flatMap((place) => verbs.map((verb) => `may ${verb} ${place}`)),
      ...['get', 'list', 'create', 'patch'].map((verb) => `may ${verb} ConfigMap default`),
    ]);
  });

  test('that are missing are told once a kind, with all verbs', async () => {
    const cluster = allowing(
      ({ verb, kind }) => verb !== '*' && (kind?.kind !== 'Namespace' || verb === 'get') && (kind?.kind !== 'Secret' || verb !== 'patch'),
    );
    expect(await problem(cluster, objects)).toBe(
      'Nothing was applied: 2 problems\n\n' +
        '  You are not allowed to list, create, patch, delete Namespace.\n    An administrator can give you a Role for it: kubectl auth can-i --list\n\n' +
        '  You are not allowed to patch Secret in namespace here.\n    An administrator can give you a Role for it: kubectl auth can-i --list',
    );
  });

  test('on what tells of a release are asked for where the release is, and beside its HelmChart', async () => {
    const cluster = allowing(({ verb }) => verb !== '*');
    await problem(cluster, [
      manifest('helm.cattle.io/v1 HelmChart kube-system/pgo', { spec: { targetNamespace: 'operators' } }),
      manifest('helm.toolkit.fluxcd.io/v2 HelmRelease apps/cvat', { spec: { targetNamespace: 'cvat' } }),
    ]);
    expect(cluster.asked.filter((line) => !/HelmChart|HelmRelease|ConfigMap|\*/.test(line))).toEqual([
      'may list Secret operators',
      'may get Job kube-system',
      'may list Pod kube-system',
      'may list Deployment operators',
      'may list StatefulSet operators',
      'may list Job operators',
      'may list Secret apps',
    ]);
  });

  test('on a kind that only comes with the deployment cannot be asked for yet', async () => {
    const cluster = allowing(({ verb }) => verb !== '*');
    cluster.unserved.add('Widget');
    await problem(cluster, [manifest('example.org/v1 Widget cvat/one')]);
    expect(cluster.asked.join()).not.toContain('Widget');
  });
});

describe('what only the installer can provide', () => {
  test('may be there, with more than is needed', async () => {
    expect(await problem(new MemoryCluster(secret('password', 'user', 'more')), [needing('one', LOGIN)])).toBe('');
  });

  test('is told once when it is missing, with who needs it and the command that makes it', async () => {
    expect(await problem(new MemoryCluster(manifest('v1 Namespace cvat')), [needing('one', LOGIN), needing('two', LOGIN)])).toBe(
      'Nothing was applied: 1 problem\n\n' +
        '  Secret cvat/login is missing, and ConfigMap cvat/one and ConfigMap cvat/two need it\n    kubectl -n cvat create secret …',
    );
  });

  test('is told with the namespace that it needs, when that is not there either, and once', async () => {
    const told = await problem(new MemoryCluster(), [needing('one', LOGIN), needing('two', { ...LOGIN, name: 'other' })]);
    expect(told).toContain('ConfigMap cvat/one needs it\n    kubectl create namespace cvat\n    kubectl -n cvat create secret …');
    expect(told).toContain('ConfigMap cvat/two needs it\n    kubectl -n cvat create secret …');
  });

  test('is told with the keys that it lacks, and never with a value', async () => {
    expect(await problem(new MemoryCluster(secret('user')), [needing('one', LOGIN)])).toContain('  Secret cvat/login lacks password, and');
    expect(await problem(new MemoryCluster(manifest('v1 Secret cvat/login')), [needing('one', LOGIN)])).toContain(
      'lacks password, user, and',
    );
  });

  test('is told when it cannot even be looked for', async () => {
    const cluster = new MemoryCluster();
    jest.spyOn(cluster, 'get').mockRejectedValue(new ApiError(403, { reason: 'Forbidden' }));
    expect(await problem(cluster, [needing('one', LOGIN)])).toContain(
      'Secret cvat/login cannot be looked for, because you are not allowed to get it, and ConfigMap cvat/one needs it',
    );
  });

  test.each([
    ['is in dist itself, even in another stage', secret('password', 'user')],
    ['is made by something of dist', manifest('v1 ConfigMap cvat/maker', { contract: { makes: [LOGIN] } })],
  ])('is not looked for where it %s', async (_, other) => {
    const cluster = new MemoryCluster();
    expect(await problem(cluster, [needing('one', LOGIN)], [other])).toBe('');
    expect(cluster.asked).not.toContain('get Secret cvat/login');
  });

  test('is looked for where something of the same name is of another kind or namespace', async () => {
    const others = [manifest('v1 ConfigMap cvat/login'), manifest('v1 Secret else/login')];
    expect(await problem(new MemoryCluster(), [needing('one', LOGIN)], others)).toContain('Secret cvat/login is missing');
  });

  test('is looked for in the stages that are deployed only', async () => {
    expect(await problem(new MemoryCluster(), [], [needing('one', LOGIN)])).toBe('');
  });

  test('may be a definition in some version', async () => {
    const need: Need = { kind: 'CustomResourceDefinition', name: 'widgets.example.org', keys: ['v2/Widget'], remedy: 'install widgets 2' };
    expect(await problem(new MemoryCluster(definition('Widget', 'v1', 'v2')), [needing('one', need)])).toBe('');
    expect(await problem(new MemoryCluster(definition('Widget', 'v1')), [needing('one', need)])).toContain(
      'CustomResourceDefinition widgets.example.org lacks v2/Widget, and ConfigMap cvat/one needs it\n    install widgets 2',
    );
  });

  test('is no problem when it is of a kind that nobody knows how to look up', async () => {
    expect(await problem(new MemoryCluster(), [needing('one', { kind: 'Bucket', name: 'backups', remedy: 'make it' })])).toBe('');
  });
});
