import { chartVersion } from '../../../review/rules/chart-version';
import { findings, helmChart, object } from '../support';

const cvat = (version: string): ReturnType<typeof helmChart> => helmChart({ chart: 'oci://registry-1.docker.io/cvat/cvat', version });

test('reports another version with the release notes, and a downgrade in the other direction', () => {
  expect(findings(chartVersion, [cvat('2.73.0')], [cvat('2.74.0')])).toEqual([
    'Chart cvat of release release: 2.73.0 -> 2.74.0. Release notes: https://github.com/cvat-ai/cvat/releases/tag/v2.74.0',
  ]);
  expect(findings(chartVersion, [cvat('2.74.0')], [cvat('2.73.0')])).toEqual([expect.stringContaining('2.74.0 -> 2.73.0 (downgrade).')]);
});

test('names a major version and a chart that its authors have deprecated', () => {
  expect(findings(chartVersion, [cvat('2.73.0')], [cvat('3.0.0')], ['cvat 3.0.0'])).toEqual([
    expect.stringContaining('2.73.0 -> 3.0.0 (major). This version is deprecated by its authors.'),
  ]);
});

test('reports another chart of the same release', () => {
  expect(findings(chartVersion, [helmChart({ chart: 'cvat-helm', version: '0.2.4' })], [cvat('2.73.0')])).toEqual([
    expect.stringContaining('Release release: chart cvat-helm 0.2.4 -> cvat 2.73.0.'),
  ]);
});

test('finds the version where it is in another object', () => {
  const release = object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', 'flux-system/cvat', {
    spec: { releaseName: 'cvat', targetNamespace: 'cvat', chartRef: { kind: 'OCIRepository', name: 'cvat' } },
  });
  const source = (tag: string): ReturnType<typeof object> =>
    object('source.toolkit.fluxcd.io/v1', 'OCIRepository', 'flux-system/cvat', {
      spec: { url: 'oci://registry-1.docker.io/cvat/cvat', ref: { tag } },
    });
  expect(findings(chartVersion, [release, source('2.73.0')], [release, source('2.74.0')])).toEqual([
    expect.stringContaining('2.73.0 -> 2.74.0'),
  ]);
});

test('says nothing about other values', () => {
  expect(findings(chartVersion, [helmChart({})], [helmChart({ valuesContent: 'a: 1' })])).toEqual([]);
});
