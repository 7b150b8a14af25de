import { fromGit, fromOci, fromRepository, withSecret } from '../../constructs/helm/chart-source';
import type { Delivery } from '../../constructs/helm/delivery';
import { argoCd } from '../../constructs/helm/delivery/argo-cd';
import { flux } from '../../constructs/helm/delivery/flux';
import { k3s } from '../../constructs/helm/delivery/k3s';
import { type Environment, Platform } from '../../constructs/platform';
import { environments } from '../fixtures/environments';
import type { KubernetesObject } from './crd';
import { upstreamSchemas } from './schemas';

const OURS = /^(helm\.cattle\.io|helm\.toolkit\.fluxcd\.io|source\.toolkit\.fluxcd\.io|argoproj\.io)$/;

const DIGEST = `sha256:${'a'.repeat(64)}`;

const releases: Environment['releases'] = [
  { name: 'http', namespace: 'tools', chart: withSecret(fromRepository('https://charts.example.org', 'tool', '1.2.3'), 'login') },
  { name: 'oci', namespace: 'tools', chart: withSecret(fromOci('oci://registry.example.org/charts/tool', '1.2.3'), 'login') },
  {
    name: 'values',
    namespace: 'tools',
    chart: fromOci('oci://registry.example.org/charts/tool', '1.2.3'),
    values: { a: [1, { b: null }] },
  },
];

const pinned: Environment['releases'] = [
  { name: 'digest', namespace: 'tools', chart: fromOci('oci://registry.example.org/charts/tool', '1.2.3', DIGEST) },
  { name: 'git', namespace: 'tools', chart: fromGit('https://example.org/a', { path: 'chart', tag: 'v1.2.3', commit: 'a'.repeat(40) }) },
];

const groupOf = ({ apiVersion }: KubernetesObject): string => apiVersion.split('/')[0] ?? '';

function objectsOf(delivery: Delivery, more: Environment['releases']): KubernetesObject[] {
  return Object.entries(environments).flatMap(([name, environment]) => {
    const platform = new Platform(name, { ...environment, delivery, releases: [...(environment.releases ?? []), ...(more ?? [])] });
    return platform
      .stages()
      .flatMap(({ objects }) => objects.map(({ manifest }) => JSON.parse(JSON.stringify(manifest)) as KubernetesObject));
  });
}

describe('the objects of a delivery pass their CRDs', () => {
  test.each<[string, Delivery, Environment['releases'], string[]]>([
    ['k3s', k3s(), releases, ['HelmChart']],
    ['flux', flux(), [...(releases ?? []), ...(pinned ?? [])], ['GitRepository', 'HelmRelease', 'HelmRepository', 'OCIRepository']],
    ['argoCd', argoCd(), [...(releases ?? []), ...(pinned ?? [])], ['Application']],
  ])('%s', (_, delivery, more, kinds) => {
    const objects = objectsOf(delivery, more).filter((object) => OURS.test(groupOf(object)));
    expect([...new Set(objects.map(({ kind }) => kind))].sort()).toEqual(kinds);
    const found = objects.flatMap((object) =>
      (
        upstreamSchemas()
          .get(`${groupOf(object)}/${object.kind}`)
          ?.findings(object) ?? ['no CRD']
      ).map((finding) => `${object.kind} ${object.metadata.name} ${finding}`),
    );
    expect(found).toEqual([]);
  });

  test.each<[string, (spec: Record<string, unknown>) => object]>([
    [
      'a chart beside the chartRef',
      (spec) => ({ ...spec, chart: { spec: { chart: 'a', sourceRef: { kind: 'HelmRepository', name: 'a' } } } }),
    ],
    ['no chart at all', (spec) => ({ ...spec, chartRef: undefined })],
    ['a duration with days', (spec) => ({ ...spec, interval: '1d' })],
    [
      'a retry interval of remediation',
      (spec) => ({ ...spec, install: { strategy: { name: 'RemediateOnFailure', retryInterval: '1m' } } }),
    ],
  ])('a HelmRelease with %s does not', (_, change) => {
    const release = objectsOf(flux(), []).find(({ kind, metadata }) => kind === 'HelmRelease' && metadata.name === 'pgo');
    const changed = JSON.parse(
      JSON.stringify({ ...release, spec: change(release?.['spec'] as Record<string, unknown>) }),
    ) as KubernetesObject;
    expect(upstreamSchemas().get('helm.toolkit.fluxcd.io/HelmRelease')?.findings(changed)).not.toEqual([]);
  });
});
