import { type ChartSource, fromArchive, fromGit, fromOci, fromRepository, withSecret } from '../../../../constructs/helm/chart-source';
import { Delivery } from '../../../../constructs/helm/delivery';
import { flux } from '../../../../constructs/helm/delivery/flux';
import { HelmRelease, type HelmReleaseProps } from '../../../../constructs/helm/helm-release';
import type { Manifest } from '../../../../manifests/manifest';
import { objectsOf, problemsOf, yamlOf } from '../../../support';

const OCI = fromOci('oci://ghcr.io/grafana/grafana', '1.0.0');
const DIGEST = `sha256:${'a'.repeat(64)}`;
const COMMIT = 'a'.repeat(40);

const release: HelmReleaseProps = { name: 'grafana', namespace: 'monitoring', chart: OCI, delivery: flux() };

function objects(...changes: readonly Partial<HelmReleaseProps>[]): Manifest[] {
  return objectsOf((chart) => {
    Delivery.provide(chart, flux());
    for (const [index, change] of changes.entries()) new HelmRelease(chart, `release-${index}`, { ...release, ...change });
  }).filter(({ kind }) => kind !== 'Namespace');
}

const spec = (change: Partial<HelmReleaseProps>): unknown => objects(change).find(({ kind }) => kind === 'HelmRelease')?.['spec'];
const names = (...changes: readonly Partial<HelmReleaseProps>[]): string[] =>
  objects(...changes).map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`);

test('a release is a HelmRelease and its source, both in flux-system', () => {
  expect(
    yamlOf((chart) => {
      new HelmRelease(chart, 'release', {
        ...release,
        chart: fromRepository('https://grafana.github.io/helm-charts', 'grafana', '8.5.0'),
        values: { replicas: 2 },
        makes: [{ kind: 'Service', namespace: 'monitoring', name: 'grafana' }],
      });
    }),
  ).toMatchInlineSnapshot(`
    "
    apiVersion: source.toolkit.fluxcd.io/v1
    kind: HelmRepository
    metadata:
      name: grafana-github-io-helm-charts
      namespace: flux-system
    spec:
      interval: 1h
      url: https://grafana.github.io/helm-charts
    ---
    apiVersion: helm.toolkit.fluxcd.io/v2
    kind: HelmRelease
    metadata:
      annotations:
        platform.kapernikov.com/makes: Service monitoring/grafana
        platform.kapernikov.com/needs: |-
          Namespace flux-system <- flux install
          CustomResourceDefinition helmreleases.helm.toolkit.fluxcd.io: v2/HelmRelease <- flux install
          CustomResourceDefinition helmrepositories.source.toolkit.fluxcd.io: v1/HelmRepository <- flux install
      name: grafana
      namespace: flux-system
    spec:
      chart:
        spec:
          chart: grafana
          interval: 1h
          sourceRef:
            kind: HelmRepository
            name: grafana-github-io-helm-charts
          version: 8.5.0
      driftDetection:
        mode: enabled
      install:
        crds: CreateReplace
        strategy:
          name: RetryOnFailure
          retryInterval: 1m
      interval: 1h
      releaseName: grafana
      storageNamespace: monitoring
      targetNamespace: monitoring
      timeout: 15m
      upgrade:
        crds: CreateReplace
        strategy:
          name: RetryOnFailure
          retryInterval: 1m
      values:
        replicas: 2
    ---
    apiVersion: v1
    kind: Namespace
    metadata:
      name: monitoring
    "
  `);
});

test('a chart of a registry has an OCIRepository, which pins its digest', () => {
  const [source] = objects({ chart: fromOci('oci://ghcr.io/grafana/grafana', '1.0.0', DIGEST) });
  expect(source?.['spec']).toEqual({
    interval: '1h',
    url: 'oci://ghcr.io/grafana/grafana',
    ref: { tag: '1.0.0', digest: DIGEST },
    layerSelector: { mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', operation: 'copy' },
  });
  expect(spec({})).toMatchObject({ chartRef: { kind: 'OCIRepository', name: 'ghcr-io-grafana-grafana' } });
});

test('a chart of git has a GitRepository at its tag and commit, and each commit is installed', () => {
  const chart = fromGit('https://github.com/cvat-ai/cvat', { path: 'helm-chart', tag: 'v2.73.0', commit: COMMIT });
  expect(objects({ chart })[0]).toMatchObject({ kind: 'GitRepository', spec: { ref: { tag: 'v2.73.0', commit: COMMIT } } });
  expect(spec({ chart })).toMatchObject({ chart: { spec: { chart: 'helm-chart', reconcileStrategy: 'Revision' } } });
});

test('Helm keeps the release in the namespace of its objects', () => {
  expect(spec({})).toMatchObject({ releaseName: 'grafana', targetNamespace: 'monitoring', storageNamespace: 'monitoring' });
});

test('a failed release is retried, and never uninstalled', () => {
  expect(spec({})).toMatchObject({
    timeout: '15m',
    install: { strategy: { name: 'RetryOnFailure' } },
    upgrade: { strategy: { name: 'RetryOnFailure' } },
  });
  expect(spec({ timeout: '30m' })).toMatchObject({ timeout: '30m' });
});

test('CRDs are upgraded with the release, unless dist has them', () => {
  const crd = { kind: 'CustomResourceDefinition', name: 'widgets.example.org', keys: ['v1/Widget'] };
  expect(spec({ makes: [crd] })).toMatchObject({ install: { crds: 'CreateReplace' }, upgrade: { crds: 'CreateReplace' } });
  expect(spec({ operates: [crd] })).toMatchObject({ install: { crds: 'Skip' }, upgrade: { crds: 'Skip' } });
});

test('releases with the same source share it', () => {
  const chart = (name: string): ChartSource => fromRepository('https://charts.example.org/', name, '1.0.0');
  expect(names({ name: 'one', chart: chart('one') }, { name: 'two', chart: chart('two') })).toEqual([
    'HelmRepository flux-system/charts-example-org',
    'HelmRelease flux-system/one',
    'HelmRelease flux-system/two',
  ]);
});

test('an upgrade changes the source, and another version of the same chart has another source', () => {
  const [before, after] = [OCI, fromOci(OCI.url, '2.0.0')];
  expect(names({ chart: after })).toEqual(names({ chart: before }));
  const sources = names({ name: 'one', chart: before }, { name: 'two', chart: after }).filter((name) => name.startsWith('OCI'));
  expect(sources).toEqual(['OCIRepository flux-system/ghcr-io-grafana-grafana', expect.stringMatching(/grafana-grafana-[0-9a-f]{8}$/)]);
});

test('a private source names its Secret', () => {
  expect(objects({ chart: withSecret(OCI, 'registry') })[0]?.['spec']).toMatchObject({ secretRef: { name: 'registry' } });
  const repository = withSecret(fromRepository('https://charts.example.org', 'a', '1.0.0'), 'registry');
  expect(objects({ chart: repository })[0]?.['spec']).toMatchObject({ secretRef: { name: 'registry' } });
});

test('values that are null are problems: Helm would not get to see them', () => {
  const values = { a: null, b: { c: null, d: [null, { e: null }] } };
  expect(problemsOf((chart) => new HelmRelease(chart, 'release', { ...release, values }))).toEqual([
    "values.a: must not be null with flux(): the object does not keep it, so the chart's default would stay; got null. Set what means the same to the chart, such as false or an empty text; or use k3s() or rendered(), which pass null to Helm.",
    "values.b.c: must not be null with flux(): the object does not keep it, so the chart's default would stay; got null. Set what means the same to the chart, such as false or an empty text; or use k3s() or rendered(), which pass null to Helm.",
  ]);
});

test('a packaged chart is a problem with a remedy', () => {
  expect(problemsOf((chart) => new HelmRelease(chart, 'release', { ...release, chart: fromArchive('none.tgz') }))).toContain(
    'chart: must be in a repository, a registry or git, because Flux fetches it from there; got a packaged chart. ' +
      'Publish the chart and use fromRepository, fromOci or fromGit, or choose the delivery rendered().',
  );
});
