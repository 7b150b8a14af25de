import { OwnershipCheck, type OwnershipOptions } from '../../../cluster/deploy/ownership-check';
import { Inventory } from '../../../cluster/inventory';
import { keyOf, type Manifest } from '../../../manifests/manifest';
import { MemoryCluster } from '../support/memory-cluster';
import { distOf, manifest } from '../support/objects';

const ONE = manifest('v1 ConfigMap cvat/one');
const FOREIGN = manifest('v1 ConfigMap cvat/one', { metadata: { labels: {} } });
const SECRET = { kind: 'Secret', namespace: 'cvat', name: 'user', keys: ['password'] };

let cluster: MemoryCluster;
beforeEach(() => (cluster = new MemoryCluster()));

/** The action for the first object of dist when `live` exists. */
async function action(objects: readonly Manifest[], live: Manifest, options: Partial<OwnershipOptions> = {}): Promise<string> {
  const [first] = objects;
  if (!first) throw new Error('no object');
  const check = new OwnershipCheck(cluster, distOf({ '10-one': objects }), await Inventory.read(cluster, 'local'), {
    adopt: [],
    ...options,
  });
  const decision = await check.decide(first, cluster.put(live));
  return decision.action === 'refuse' ? `refuse: ${decision.reason}` : decision.action;
}

test('applies an object that is not found or is ours', async () => {
  const check = new OwnershipCheck(cluster, distOf({ '10-one': [ONE] }), await Inventory.read(cluster, 'local'), { adopt: [] });
  expect(await check.decide(ONE, undefined)).toEqual({ action: 'apply' });
  expect(await action([ONE], ONE)).toBe('apply');
});

test('refuses an object that is not ours, with the command that adopts it', async () => {
  expect(await action([ONE], FOREIGN)).toBe(
    'refuse: exists and is not ours: has no label platform.kapernikov.com/environment (unknown). ' +
      'To adopt it, run: npm run deploy -- --adopt "ConfigMap cvat/one"',
  );
});

test('adopts an object that is named, and applies it once it is recorded', async () => {
  expect(await action([ONE], FOREIGN, { adopt: ['ConfigMap cvat/one'] })).toBe('adopt');
  await (await Inventory.read(cluster, 'local')).add('10-one', [{ ...keyOf(ONE), note: 'adopted' }]);
  expect(await action([ONE], FOREIGN)).toBe('apply');
});

test('uses a namespace that is not ours, unless it is adopted', async () => {
  const [own, foreign] = [manifest('v1 Namespace cvat'), manifest('v1 Namespace cvat', { metadata: { labels: {} } })];
  expect(await action([own], foreign)).toBe('use');
  expect(await action([own], foreign, { adopt: ['Namespace cvat'] })).toBe('adopt');
});

test('applies an object of the inventory whose label was removed, if deploy has applied it', async () => {
  const managedFields = [{ manager: 'third-party-platform', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: {} }];
  const unlabelled = manifest('v1 ConfigMap cvat/one', { metadata: { labels: {}, managedFields } });
  expect(await action([ONE], unlabelled)).toContain('refuse');
  await (await Inventory.read(cluster, 'local')).add('10-one', [keyOf(ONE)]);
  expect(await action([ONE], unlabelled)).toBe('apply');
  expect(await action([ONE], FOREIGN)).toContain('refuse');
});

test('applies an object that an older object of ours makes', async () => {
  const secret = manifest('v1 Secret cvat/user');
  const made = manifest('v1 Secret cvat/user', { metadata: { labels: {}, creationTimestamp: '2026-01-01T00:00:05Z' } });
  const maker = manifest('v1 ConfigMap cvat/maker', { contract: { makes: [SECRET] } });
  const at = (object: Manifest, creationTimestamp: string): Manifest => ({
    ...object,
    metadata: { ...object.metadata, creationTimestamp } as Manifest['metadata'],
  });
  expect(await action([secret, maker], made)).toContain('refuse');
  cluster.put(at(maker, '2026-01-01T00:00:06Z'));
  expect(await action([secret, maker], made)).toContain('refuse');
  cluster.put(at(maker, '2026-01-01T00:00:04Z'));
  expect(await action([secret, maker], made)).toBe('apply');
});

test('accepts the label of the environment that is renamed', async () => {
  const old = manifest('v1 ConfigMap cvat/one', { metadata: { labels: { 'platform.kapernikov.com/environment': 'old' } } });
  expect(await action([ONE], old)).toContain('refuse: exists and is not ours: belongs to environment "old"');
  expect(await action([ONE], old, { renameFrom: 'old' })).toBe('apply');
});

test('refuses a release whose target namespace changes', async () => {
  const chart = (targetNamespace: string): Manifest =>
    manifest('helm.cattle.io/v1 HelmChart kube-system/cvat', { spec: { chart: 'cvat', targetNamespace } });
  expect(await action([chart('cvat')], chart('cvat'))).toBe('apply');
  expect(await action([chart('apps')], chart('cvat'))).toContain(
    'got apps/cvat, installed as cvat/cvat. Uninstall the old release and deploy again: npm run destroy -- --stage 10-one',
  );
});

test('refuses to move a release by adopting it, with a command that also deletes what is adopted', async () => {
  const chart = (targetNamespace: string, labels = {}): Manifest =>
    manifest('helm.cattle.io/v1 HelmChart kube-system/cvat', { spec: { chart: 'cvat', targetNamespace }, metadata: { labels } });
  const adopt = ['HelmChart kube-system/cvat'];
  const refusal = 'Uninstall the old release and deploy again: kubectl -n kube-system delete helmchart cvat';
  expect(await action([chart('apps')], chart('cvat'), { adopt })).toContain(refusal);
  expect(await action([chart('cvat')], chart('cvat'), { adopt })).toBe('adopt');
  await (await Inventory.read(cluster, 'local')).add('10-one', [{ ...keyOf(chart('cvat')), note: 'adopted' }]);
  expect(await action([chart('apps')], chart('cvat'))).toContain(refusal);
});

test('reports an object of --adopt that is not in dist', async () => {
  const check = new OwnershipCheck(cluster, distOf({ '10-one': [ONE] }), await Inventory.read(cluster, 'local'), {
    adopt: ['ConfigMap two'],
  });
  await expect(check.checkAdopted()).rejects.toThrow(
    '--adopt: must be an object of dist, as "Kind namespace/name" or "Kind name"; got "ConfigMap two".',
  );
});
