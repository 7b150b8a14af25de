import { dataOf, isGuard, Rank, rankOf, refuseOtherNamespace, targetsOf } from '../../../cluster/delete/target';
import { readDist } from '../../../cluster/dist';
import { Inventory } from '../../../cluster/inventory';
import { formatKey, keyOf } from '../../../manifests/manifest';
import { DIST } from '../../fixtures/dist';
import { MemoryCluster } from '../support/memory-cluster';
import { crd, distOf, manifest } from '../support/objects';

const WIDGETS = { kind: 'CustomResourceDefinition', name: 'widgets.example.org', keys: ['v1/Widget'] };

test('the targets are the objects of dist and of the inventory, in the order of stages', async () => {
  const one = manifest('v1 ConfigMap one');
  const gone = manifest('v1 ConfigMap cvat/gone', { data: { on: 'the cluster' } });
  const vanished = manifest('v1 ConfigMap cvat/vanished');
  const cluster = new MemoryCluster(gone);
  const inventory = await Inventory.read(cluster, 'local');
  await inventory.add('20-two', [{ ...keyOf(one), namespace: 'here' }]);
  await inventory.add('10-old', [keyOf(gone), keyOf(vanished)]);
  const targets = await targetsOf(cluster, distOf({ '20-two': [one], '30-three': [manifest('v1 Namespace cvat')] }), inventory);
  expect(targets.map(({ stage, key, inDist, manifest: known }) => [stage, formatKey(key), inDist, known?.['data'] ?? known?.kind])).toEqual(
    [
      ['10-old', 'ConfigMap cvat/gone', false, { on: 'the cluster' }],
      ['10-old', 'ConfigMap cvat/vanished', false, undefined],
      ['20-two', 'ConfigMap here/one', true, 'ConfigMap'],
      ['30-three', 'Namespace cvat', true, 'Namespace'],
    ],
  );
});

test('objects that a release has left belong to its stage when dist has the release again', async () => {
  const release = manifest('helm.cattle.io/v1 HelmChart kube-system/one', {
    spec: { targetNamespace: 'cvat' },
    contract: { makes: [WIDGETS] },
  });
  const volume = manifest('v1 PersistentVolumeClaim cvat/data', { metadata: { annotations: { 'meta.helm.sh/release-name': 'one' } } });
  const other = manifest('v1 PersistentVolumeClaim cvat/other');
  const left = [crd('Widget', 'v1'), volume, other];
  const cluster = new MemoryCluster(...left);
  const inventory = await Inventory.read(cluster, 'local');
  await inventory.add('10-old', left.map(keyOf));
  const targets = await targetsOf(cluster, distOf({ '20-release': [release] }), inventory);
  expect(targets.map(({ stage, key, inDist }) => [stage, key.name, inDist])).toEqual([
    ['10-old', 'other', false],
    ['20-release', 'one', true],
    ['20-release', 'widgets.example.org', true],
    ['20-release', 'data', true],
  ]);
});

test.each([
  ['example.org/v1 Widget cvat/one', {}, 'Custom'],
  ['helm.cattle.io/v1 HelmChart kube-system/one', {}, 'Custom'],
  ['helm.cattle.io/v1 HelmChart kube-system/one', { makes: [WIDGETS] }, 'Operator'],
  ['apps/v1 Deployment cvat/one', { operates: [WIDGETS] }, 'Operator'],
  ['apps/v1 Deployment cvat/one', {}, 'Other'],
  ['v1 ServiceAccount cvat/one', {}, 'Other'],
  ['rbac.authorization.k8s.io/v1 Role cvat/one', {}, 'Other'],
  ['apiextensions.k8s.io/v1 CustomResourceDefinition widgets.example.org', {}, 'Crd'],
  ['v1 Namespace cvat', {}, 'Namespace'],
])('%s with the contract %j has rank %s', (what, contract, rank) => {
  const object = manifest(what, { contract });
  expect(Rank[rankOf({ stage: '10-one', key: keyOf(object), inDist: true, manifest: object })]).toBe(rank);
});

test('an object without a manifest has the rank of its kind', () => {
  const key = { apiVersion: 'example.org/v1', kind: 'Widget', namespace: 'cvat', name: 'one' };
  expect(rankOf({ stage: '10-one', key, inDist: false })).toBe(Rank.Custom);
});

test.each([
  ['v1 Namespace cvat', 'all that is in it'],
  ['apiextensions.k8s.io/v1 CustomResourceDefinition widgets.example.org', 'every object of its kind'],
  ['v1 PersistentVolumeClaim cvat/one', 'its volume'],
  ['postgres-operator.crunchydata.com/v1beta1 PostgresCluster cvat/one', 'its volume'],
  ['apps/v1 StatefulSet cvat/one', undefined],
  ['v1 Secret cvat/one', undefined],
  ['example.org/v1 Namespace cvat', undefined],
])('%s holds data: %s', (what, data) => {
  expect(dataOf(manifest(what))).toBe(data);
  expect(dataOf(manifest(what, { contract: { holdsData: 'the photos' } }))).toBe('the photos');
});

test('admission policies and bindings are guards', () => {
  const objects = readDist(DIST).stages.flatMap((stage) => stage.objects);
  const kinds = objects.filter(isGuard).map(({ kind }) => kind);
  expect([...new Set(kinds)]).toEqual(['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']);
  expect(isGuard(crd('Widget', 'v1'))).toBe(false);
  expect(isGuard({ apiVersion: 'example.org/v1', kind: 'ValidatingAdmissionPolicy' })).toBe(false);
});

const WITHOUT_NAMESPACE = manifest('v1 ConfigMap one');

test("refuses an object without a namespace when the context's namespace has changed since the last deploy", async () => {
  const cluster = new MemoryCluster();
  const inventory = await Inventory.read(cluster, 'local');
  expect(() => refuseOtherNamespace(cluster, [WITHOUT_NAMESPACE], inventory)).not.toThrow();
  await inventory.add('10-one', [keyOf(manifest('v1 ConfigMap elsewhere/one'))]);
  expect(() => refuseOtherNamespace(cluster, [WITHOUT_NAMESPACE], inventory)).toThrow(
    'ConfigMap one has no metadata.namespace, so the namespace of the context applies: "here". But it was deployed to "elsewhere".\n' +
      'Change the context: kubectl config set-context --current --namespace=elsewhere',
  );
});

test('accepts an object without a namespace beside one of the same name with a namespace', async () => {
  const cluster = new MemoryCluster();
  const inventory = await Inventory.read(cluster, 'local');
  const named = manifest('v1 ConfigMap elsewhere/one');
  await inventory.add('10-one', [keyOf(named)]);
  expect(() => refuseOtherNamespace(cluster, [WITHOUT_NAMESPACE, named], inventory)).not.toThrow();
});
