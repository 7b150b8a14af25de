import { releaseOf } from '../../manifests/helm-release';
import { helmChart, object } from '../checks/support';

test.each([
  ['cvat', 'cvat'],
  ['oci://registry-1.docker.io/cvat/cvat', 'cvat'],
  [`oci://registry.example.org:5000/charts/cvat@sha256:${'0'.repeat(64)}`, 'cvat'],
  ['https://example.org/charts/cvat-helm-0.2.4.tgz', 'cvat-helm'],
  ['https://example.org/charts/cvat-helm.tgz', 'cvat-helm'],
])('the chart of %s is called %s', (chart, name) => {
  expect(releaseOf(helmChart({ chart }))?.name).toBe(name);
});

test('values of all three places are merged as the controller does: the later wins', () => {
  const spec = { valuesContent: 'a: { x: 1, y: 1, z: 1 }', values: { a: { y: 2, z: 2 } }, set: { 'a.z': 3, 'b.c': 'false' } };
  expect(releaseOf(helmChart(spec))?.values).toEqual({ a: { x: 1, y: 2, z: 3 }, b: { c: false } });
});

test('values that are no YAML or no map are none', () => {
  expect(releaseOf(helmChart({ valuesContent: 'a: [' }))?.values).toEqual({});
  expect(releaseOf(helmChart({ valuesContent: 'text' }))?.values).toEqual({});
});

test('without a namespace of its own, a release goes to that of its HelmChart', () => {
  expect(releaseOf(helmChart({ targetNamespace: undefined }))?.namespace).toBe('kube-system');
});

test("Flux' HelmChart and other kinds are no release of k3s", () => {
  expect(releaseOf(object('source.toolkit.fluxcd.io/v1', 'HelmChart', 'a', { spec: {} }))).toBeUndefined();
  expect(releaseOf(object('v1', 'Secret', 'a'))).toBeUndefined();
});
