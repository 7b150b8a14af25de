import { releaseCrds } from '../../../checks/rules/release-crds';
import type { Manifest } from '../../../manifests/manifest';
import { findings, helmChart, object, stage } from '../support';

const reference = { kind: 'CustomResourceDefinition', name: 'widgets.example.org', keys: ['v1/Widget'] };

function crd(releases: string | undefined = '5.8.7 - 5.8.9'): Manifest {
  const made = object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'widgets.example.org');
  return { ...made, metadata: { ...made.metadata, annotations: { 'platform.kapernikov.com/releases': releases } } };
}

const release = (version: string): Manifest => helmChart({ version }, { operates: [reference] });
const REMEDY = 'Change tag, checksums and releases in scripts/crd-sources.ts, and run: npm run fetch-crds && npm run import';

test.each(['5.8.7', '5.8.8', '5.8.9'])('accepts %s, which the CRDs in dist are of', (version) => {
  expect(findings(releaseCrds, crd(), release(version))).toEqual([]);
});

test.each(['5.8.6', '5.8.10', '6.0.3'])('reports %s, whose CRDs are others', (version) => {
  expect(findings(releaseCrds, crd(), release(version))).toEqual([
    `HelmChart kube-system/release spec.version | must be one of 5.8.7 - 5.8.9, the versions that the CRDs in imports/schemas/ are of; got "${version}". | ${REMEDY}`,
  ]);
});

test('reports the version where it is written: in the source of a HelmRelease, and in a rendered object', () => {
  const source = object('source.toolkit.fluxcd.io/v1', 'OCIRepository', 'flux-system/pgo', {
    spec: { url: 'oci://a/pgo', ref: { tag: '6.0.3' } },
  });
  const chartRef = { kind: 'OCIRepository', name: 'pgo' };
  const helmRelease = object(
    'helm.toolkit.fluxcd.io/v2',
    'HelmRelease',
    'flux-system/pgo',
    { spec: { chartRef } },
    { operates: [reference] },
  );
  expect(findings(releaseCrds, crd(), source, helmRelease)).toEqual([
    expect.stringMatching(/^OCIRepository flux-system\/pgo spec\.ref\.tag \| /),
  ]);
  const [path, manifest] = ['pgo', object('apps/v1', 'Deployment', 'pgo', {}, { operates: [reference] })];
  expect(findings(releaseCrds, crd(), { name: '1', objects: [{ path, manifest, chart: 'pgo 6.0.3' }] })).toHaveLength(1);
  expect(findings(releaseCrds, crd(), { name: '1', objects: [{ path, manifest, chart: 'pgo 5.8.7' }] })).toEqual([]);
});

test('says nothing of CRDs that name no versions, of those that dist does not have, and of a version that is a range', () => {
  const appUser = object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'widgets.example.org');
  expect(findings(releaseCrds, appUser, release('6.0.3'))).toEqual([]);
  expect(findings(releaseCrds, stage('1', release('6.0.3')))).toEqual([]);
  expect(findings(releaseCrds, crd(), release('^6'))).toEqual([]);
  expect(findings(releaseCrds, crd(), helmChart({ version: '6.0.3' }))).toEqual([]);
});
