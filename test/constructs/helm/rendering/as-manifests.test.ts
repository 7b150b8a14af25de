import { asManifests } from '../../../../constructs/helm/rendering/as-manifests';
import type { Manifest } from '../../../../manifests/manifest';

const object = (apiVersion: string, kind: string, metadata: object, rest: object = {}): Manifest =>
  ({ apiVersion, kind, metadata: { name: 'a', ...metadata }, ...rest }) as Manifest;
const made = (...manifests: readonly Manifest[]): Manifest[] =>
  asManifests(
    manifests.map((manifest) => ({ template: 'templates/a.yaml', manifest })),
    'apps',
  ).map(({ manifest }) => manifest);

test.each([
  ['left out', {}],
  ['empty', { namespace: '' }],
  ['null', { namespace: null }],
])('adds the namespace of the release where it is %s', (_, metadata) => {
  expect(made(object('v1', 'ConfigMap', metadata))[0]?.metadata).toEqual({ name: 'a', namespace: 'apps' });
});

test('keeps another namespace, and removes that of a cluster-scoped object, which the API server ignores', () => {
  expect(made(object('v1', 'ConfigMap', { namespace: 'kube-system' }))[0]?.metadata.namespace).toBe('kube-system');
  expect(made(object('rbac.authorization.k8s.io/v1', 'ClusterRole', { namespace: 'apps' }))[0]?.metadata).toEqual({ name: 'a' });
});

test.each(['keep', ' Keep '])('protects what Helm keeps when it uninstalls a release: %j', (policy) => {
  const claim = object('v1', 'PersistentVolumeClaim', { annotations: { 'helm.sh/resource-policy': policy, b: 'c' } });
  expect(made(claim)[0]?.metadata.annotations).toEqual({ b: 'c', 'platform.kapernikov.com/holds-data': 'the chart says that it is kept' });
});

const job = (name: string): string => made(object('batch/v1', 'Job', { name }, { spec: { a: 1 } }))[0]?.metadata.name ?? '';

test('shortens the name of a Job to a valid one', () => {
  expect(job(`${'a'.repeat(53)}.b`)).toMatch(/^a{53}-[0-9a-f]{8}$/);
  expect(job('a'.repeat(70))).toMatch(/^a{54}-[0-9a-f]{8}$/);
  expect(made(object('batch/v1', 'Job', {}))[0]?.metadata.name).toMatch(/^a-[0-9a-f]{8}$/);
});

test('a CRD that two subcharts contain alike is there once, and twice where they differ', () => {
  const crd = (scope: string): Manifest => object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {}, { spec: { scope } });
  expect(made(crd('Cluster'), crd('Cluster'))).toHaveLength(1);
  expect(made(crd('Cluster'), crd('Namespaced'))).toHaveLength(2);
  expect(made(object('v1', 'ConfigMap', {}), object('v1', 'ConfigMap', {}))).toHaveLength(2);
});
