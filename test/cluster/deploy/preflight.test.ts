import { keyOf, type Manifest } from '../../../manifests/manifest';
import type { Need } from '../../../manifests/reference';
import { ApiError } from '../../../cluster/api/api-error';
import type { Access } from '../../../cluster/api/cluster';
import { preflight, refuseOtherEnvironment } from '../../../cluster/deploy/preflight';
import { Inventory } from '../../../cluster/inventory';
import { CommandProblem } from '../../../cluster/problem';
import { MemoryCluster } from '../support/memory-cluster';
import { sessionOn } from '../support/session';
import { crd, distOf, manifest } from '../support/objects';

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
  const error: unknown = await preflight(sessionOn(cluster), dist, dist.stages.slice(0, 1), { adopt: [] }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(cluster.writes).toEqual([]);
  if (error === undefined) return '';
  if (error instanceof CommandProblem && error.exitCode === 1) return error.message;
  throw error;
}

const rightsAsked = (cluster: MemoryCluster): string[] => cluster.asked.filter((line) => line.startsWith('may '));

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

  test('are checked by one request for an administrator', async () => {
    const cluster = allowing(() => true);
    expect(await problem(cluster, objects)).toBe('');
    expect(rightsAsked(cluster)).toEqual(['may *']);
  });

  test('are checked once for each verb, kind and namespace, and for the inventory, for other users', async () => {
    const cluster = allowing(({ verb }) => verb !== '*');
    expect(await problem(cluster, objects)).toBe('');
    const verbs = ['get', 'list', 'create', 'patch', 'delete'];
    expect(rightsAsked(cluster)).toEqual([
      'may *',
      ...['ConfigMap cvat', 'Namespace', 'Secret here'].flatMap((place) => verbs.map((verb) => `may ${verb} ${place}`)),
      ...['get', 'list', 'create', 'patch'].map((verb) => `may ${verb} ConfigMap default`),
    ]);
  });

  test('that are missing are reported once for each kind, with all verbs', async () => {
    const cluster = allowing(
      ({ verb, kind }) => verb !== '*' && (kind?.kind !== 'Namespace' || verb === 'get') && (kind?.kind !== 'Secret' || verb !== 'patch'),
    );
    expect(await problem(cluster, objects)).toBe(
      'Nothing was applied: 2 problems\n\n' +
        '  RBAC denies list, create, patch, delete Namespace.\n    Ask an administrator for a Role. To see your rights: kubectl auth can-i --list\n\n' +
        '  RBAC denies patch Secret in namespace here.\n    Ask an administrator for a Role. To see your rights: kubectl auth can-i --list',
    );
  });

  test('to read a release are checked in the namespaces of its objects, its Secrets and its HelmChart', async () => {
    const cluster = allowing(({ verb }) => verb !== '*');
    await problem(cluster, [
      manifest('helm.cattle.io/v1 HelmChart kube-system/pgo', { spec: { targetNamespace: 'operators' } }),
      manifest('helm.toolkit.fluxcd.io/v2 HelmRelease apps/cvat', { spec: { targetNamespace: 'cvat' } }),
    ]);
    expect(rightsAsked(cluster).filter((line) => !/HelmChart|HelmRelease|ConfigMap|\*/.test(line))).toEqual([
      'may list Secret operators',
      'may get Job kube-system',
      'may list Pod kube-system',
      'may list Deployment operators',
      'may list StatefulSet operators',
      'may list Job operators',
      'may list Secret apps',
    ]);
  });

  test('are not checked for a kind that is not served yet', async () => {
    const cluster = allowing(({ verb }) => verb !== '*');
    cluster.unserved.add('Widget');
    await problem(cluster, [manifest('example.org/v1 Widget cvat/one')]);
    expect(rightsAsked(cluster).join()).not.toContain('Widget');
  });
});

describe('a need', () => {
  test('is met by an object with more keys than needed', async () => {
    expect(await problem(new MemoryCluster(secret('password', 'user', 'more')), [needing('one', LOGIN)])).toBe('');
  });

  test('that is not found is reported once, with its users and the command that creates it', async () => {
    expect(await problem(new MemoryCluster(manifest('v1 Namespace cvat')), [needing('one', LOGIN), needing('two', LOGIN)])).toBe(
      'Nothing was applied: 1 problem\n\n' +
        '  Secret cvat/login is not found, and ConfigMap cvat/one and ConfigMap cvat/two need it\n    kubectl -n cvat create secret …',
    );
  });

  test('is reported with the command that creates its namespace, once, when that does not exist', async () => {
    const message = await problem(new MemoryCluster(), [needing('one', LOGIN), needing('two', { ...LOGIN, name: 'other' })]);
    expect(message).toContain('ConfigMap cvat/one needs it\n    kubectl create namespace cvat\n    kubectl -n cvat create secret …');
    expect(message).toContain('ConfigMap cvat/two needs it\n    kubectl -n cvat create secret …');
  });

  test('is reported with the keys that it lacks, and without values', async () => {
    expect(await problem(new MemoryCluster(secret('user')), [needing('one', LOGIN)])).toContain('  Secret cvat/login lacks password, and');
    expect(await problem(new MemoryCluster(manifest('v1 Secret cvat/login')), [needing('one', LOGIN)])).toContain(
      'lacks password, user, and',
    );
  });

  test('is reported when RBAC denies get', async () => {
    const cluster = new MemoryCluster();
    const get = cluster.get.bind(cluster);
    jest
      .spyOn(cluster, 'get')
      .mockImplementation((key) => (key.kind === 'ConfigMap' ? get(key) : Promise.reject(new ApiError(403, { reason: 'Forbidden' }))));
    expect(await problem(cluster, [needing('one', LOGIN)])).toContain(
      'Secret cvat/login cannot be checked: RBAC denies get, and ConfigMap cvat/one needs it',
    );
  });

  test.each([
    ['is in dist, also in another stage', secret('password', 'user')],
    ['is made by an object of dist', manifest('v1 ConfigMap cvat/maker', { contract: { makes: [LOGIN] } })],
  ])('is not looked up when it %s', async (_, other) => {
    const cluster = new MemoryCluster();
    expect(await problem(cluster, [needing('one', LOGIN)], [other])).toBe('');
    expect(cluster.asked).not.toContain('get Secret cvat/login');
  });

  test('is looked up when dist has the name with another kind or namespace', async () => {
    const others = [manifest('v1 ConfigMap cvat/login'), manifest('v1 Secret else/login')];
    expect(await problem(new MemoryCluster(), [needing('one', LOGIN)], others)).toContain('Secret cvat/login is not found');
  });

  test('is looked up for the deployed stages only', async () => {
    expect(await problem(new MemoryCluster(), [], [needing('one', LOGIN)])).toBe('');
  });

  test('can be a version of a CRD', async () => {
    const need: Need = { kind: 'CustomResourceDefinition', name: 'widgets.example.org', keys: ['v2/Widget'], remedy: 'install widgets 2' };
    expect(await problem(new MemoryCluster(crd('Widget', 'v1', 'v2')), [needing('one', need)])).toBe('');
    expect(await problem(new MemoryCluster(crd('Widget', 'v1')), [needing('one', need)])).toContain(
      'CustomResourceDefinition widgets.example.org lacks v2/Widget, and ConfigMap cvat/one needs it\n    install widgets 2',
    );
  });

  test('of an unknown kind is not reported', async () => {
    expect(await problem(new MemoryCluster(), [needing('one', { kind: 'Bucket', name: 'backups', remedy: 'make it' })])).toBe('');
  });
});

test('refuses objects that another environment has applied', async () => {
  const cluster = new MemoryCluster();
  const shared = manifest('v1 ConfigMap cvat/one');
  await (await Inventory.read(cluster, 'local')).add('10-one', [keyOf(shared)]);
  const dist = { ...distOf({ '10-one': [shared] }), environment: 'production', folder: 'dist/production' };
  await expect(refuseOtherEnvironment(cluster, dist, dist.stages, await Inventory.read(cluster, 'production'))).rejects.toThrow(
    'ConfigMap cvat/one on this cluster belongs to the environment "local", not to "production" (dist/production). Is this the right context?',
  );
  const own = distOf({ '10-one': [shared] });
  await refuseOtherEnvironment(cluster, own, own.stages, await Inventory.read(cluster, 'local'));
});
