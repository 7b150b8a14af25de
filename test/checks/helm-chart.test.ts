import { helmChartOf } from '../../checks/helm-chart';
import { helmChart, object } from './support';

test.each([
  ['cvat', 'cvat'],
  ['oci://registry-1.docker.io/cvat/cvat', 'cvat'],
  [`oci://registry.example.org:5000/charts/cvat@sha256:${'0'.repeat(64)}`, 'cvat'],
  ['https://example.org/charts/cvat-helm-0.2.4.tgz', 'cvat-helm'],
  ['https://example.org/charts/cvat-helm.tgz', 'cvat-helm'],
])('the chart of %s is called %s', (chart, name) => {
  expect(helmChartOf(helmChart({ chart }))?.name).toBe(name);
});

test('values of all three places are merged as the controller does: the later wins', () => {
  const spec = { valuesContent: 'a: { x: 1, y: 1, z: 1 }', values: { a: { y: 2, z: 2 } }, set: { 'a.z': 3, 'b.c': 'false' } };
  expect(helmChartOf(helmChart(spec))?.values).toEqual({ a: { x: 1, y: 2, z: 3 }, b: { c: false } });
});

test('values that are no YAML or no map are none', () => {
  expect(helmChartOf(helmChart({ valuesContent: 'a: [' }))?.values).toEqual({});
  expect(helmChartOf(helmChart({ valuesContent: 'text' }))?.values).toEqual({});
});

test('without a namespace of its own, a release goes to that of its HelmChart', () => {
  expect(helmChartOf(helmChart({ targetNamespace: undefined }))?.namespace).toBe('kube-system');
});

test("Flux' HelmChart and other kinds are no release of k3s", () => {
  expect(helmChartOf(object('source.toolkit.fluxcd.io/v1', 'HelmChart', 'a', { spec: {} }))).toBeUndefined();
  expect(helmChartOf(object('v1', 'Secret', 'a'))).toBeUndefined();
});
