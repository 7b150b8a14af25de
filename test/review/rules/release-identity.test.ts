import { releaseIdentity } from '../../../review/rules/release-identity';
import { findings, helmChart } from '../support';

const chart = helmChart({});

test('reports a release with another name or namespace, in both directions', () => {
  const other = helmChart({ targetNamespace: 'others' });
  expect(findings(releaseIdentity, [chart], [other])).toEqual([
    'Release apps/release becomes others/release: the old one is uninstalled, with the volumes that its chart deletes, and the new one starts empty. Keep both names.',
  ]);
  expect(findings(releaseIdentity, [other], [chart])).toEqual([expect.stringMatching(/^Release others\/release becomes apps\/release/)]);
});

test('reports a release that is uninstalled, and not one that is new', () => {
  expect(findings(releaseIdentity, [chart], [])).toEqual([expect.stringMatching(/^Release apps\/release is uninstalled/)]);
  expect(findings(releaseIdentity, [], [chart])).toEqual([]);
});

test('reports that another object installs the same release', () => {
  const flux = {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name: 'release', namespace: 'flux-system' },
    spec: { releaseName: 'release', targetNamespace: 'apps', storageNamespace: 'apps' },
  };
  expect(findings(releaseIdentity, [chart], [flux])).toEqual([
    expect.stringMatching(
      /^Release apps\/release is installed by HelmRelease flux-system\/release instead of HelmChart kube-system\/release/,
    ),
  ]);
});

test('accepts other values', () => {
  expect(findings(releaseIdentity, [chart], [helmChart({ valuesContent: 'a: 1' })])).toEqual([]);
});
