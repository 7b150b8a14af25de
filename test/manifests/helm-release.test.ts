import fc from 'fast-check';
import { stringify } from 'yaml';
import { fieldOf, type InstalledRelease, releaseOf, withoutValues } from '../../manifests/helm-release';
import type { Manifest } from '../../manifests/manifest';
import { helmChart, object } from '../checks/support';
import { holds } from '../properties';

const DIGEST = `sha256:${'0'.repeat(64)}`;
const COMMIT = '0123456789abcdef0123456789abcdef01234567';

const helmRelease = (spec: object, place = 'flux-system/one'): Manifest =>
  object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', place, { spec: { interval: '1h', ...spec } });
const source = (kind: string, spec: object, place = 'flux-system/charts'): Manifest =>
  object('source.toolkit.fluxcd.io/v1', kind, place, { spec });
const application = (spec: object, place = 'argocd/one'): Manifest => object('argoproj.io/v1alpha1', 'Application', place, { spec });

function read(manifest: Manifest, ...others: readonly Manifest[]): InstalledRelease {
  const release = releaseOf(manifest, ({ kind, namespace, name }) =>
    others.find(
      (other) =>
        other.kind === kind && other.metadata.name === name && (other.metadata.namespace ?? 'default') === (namespace ?? 'default'),
    ),
  );
  if (!release) throw new Error(`no release in ${manifest.kind}`);
  return release;
}

const places = ({ places: all }: InstalledRelease): Record<string, string> =>
  Object.fromEntries(Object.entries(all).map(([field, place]) => [field, `${place.manifest.kind} ${fieldOf(place)}`]));

test.each([
  ['v1', 'Secret'],
  ['source.toolkit.fluxcd.io/v1', 'HelmChart'],
  ['example.org/v1', 'HelmRelease'],
  ['app.k8s.io/v1beta1', 'Application'],
])('%s %s installs no release', (apiVersion, kind) => {
  expect(releaseOf(object(apiVersion, kind, 'a', { spec: { targetNamespace: 'b', source: { chart: 'c' } } }))).toBeUndefined();
});

describe('a HelmChart of k3s', () => {
  test.each([
    ['kube-system/one', { targetNamespace: 'cvat' }, 'cvat'],
    ['kube-system/one', { targetNamespace: undefined }, 'kube-system'],
    ['kube-system/one', { targetNamespace: '' }, 'kube-system'],
    ['one', { targetNamespace: undefined }, 'default'],
  ])('%s with %j goes to its target namespace, or beside its object', (place, spec, namespace) => {
    expect(read(helmChart(spec, {}, place))).toMatchObject({ name: 'one', namespace, storageNamespace: namespace });
  });

  test.each([
    ['cvat', 'cvat'],
    ['oci://registry-1.docker.io/cvat/cvat', 'cvat'],
    [`oci://registry.example.org:5000/charts/cvat@${DIGEST}`, 'cvat'],
    ['https://example.org/charts/cvat-helm-0.2.4.tgz', 'cvat-helm'],
    ['https://example.org/charts/cvat-helm.tgz', 'cvat-helm'],
  ])('with chart %s installs the chart %s', (chart, chartName) => {
    expect(read(helmChart({ chart }))).toMatchObject({ chart, chartName });
  });

  test('can pin a chart by its digest', () => {
    expect(read(helmChart({ chart: `oci://a/b@${DIGEST}`, version: undefined }))).toMatchObject({ digest: DIGEST, version: undefined });
  });

  test('merges valuesContent, values and set: the later wins', () => {
    const spec = { valuesContent: 'a: { x: 1, y: 1, z: 1 }', values: { a: { y: 2, z: 2 } }, set: { 'a.z': 3, 'b.c': 'false' } };
    expect(read(helmChart(spec)).values).toEqual({ a: { x: 1, y: 2, z: 3 }, b: { c: false } });
  });

  test('reads set as Helm does: integers, booleans and null, escaped dots, and indexes', () => {
    const set = { 'a\\.b.c': 'x', 'list[1].name': 'y', number: '15', text: '015', none: 'null', yes: 'true' };
    expect(read(helmChart({ set })).values).toEqual({
      'a.b': { c: 'x' },
      list: [null, { name: 'y' }],
      number: 15,
      text: '015',
      none: null,
      yes: true,
    });
  });

  test('has no values where they are not YAML, or not a map', () => {
    expect(read(helmChart({ valuesContent: 'a: [' })).values).toEqual({});
    expect(read(helmChart({ valuesContent: 'text' })).values).toEqual({});
  });

  test('tells whether Secrets add values, the archive is in it, the namespace is created, and it is unmanaged', () => {
    const plain = { valuesElsewhere: false, archive: false, createsNamespace: false, suspended: false };
    expect(read(helmChart({}))).toMatchObject(plain);
    const all = helmChart({ valuesSecrets: [{ name: 'a' }], chartContent: 'AAAA', createNamespace: true });
    const annotations = { 'helmcharts.helm.cattle.io/unmanaged': 'true' };
    expect(read({ ...all, metadata: { ...all.metadata, annotations } })).toMatchObject({
      valuesElsewhere: true,
      archive: true,
      createsNamespace: true,
      suspended: true,
    });
  });

  test('is installed by a Job beside it', () => {
    expect(read(helmChart({}, {}, 'charts/one')).installJob).toMatchObject({ kind: 'Job', namespace: 'charts', name: 'helm-install-one' });
  });

  test('has its fields in itself', () => {
    expect(places(read(helmChart({ valuesContent: '' })))).toEqual({
      name: 'HelmChart metadata.name',
      namespace: 'HelmChart spec.targetNamespace',
      storageNamespace: 'HelmChart spec.targetNamespace',
      chart: 'HelmChart spec.chart',
      version: 'HelmChart spec.version',
      values: 'HelmChart spec.valuesContent',
    });
    expect(places(read(helmChart({ values: {} }))).values).toBe('HelmChart spec.values');
  });
});

describe('a HelmRelease of Flux', () => {
  test.each([
    [{}, { name: 'one', namespace: 'flux-system', storageNamespace: 'flux-system' }],
    [{ targetNamespace: 'cvat' }, { name: 'cvat-one', namespace: 'cvat', storageNamespace: 'flux-system' }],
    [
      { targetNamespace: 'cvat', releaseName: 'mine', storageNamespace: 'kept' },
      { name: 'mine', namespace: 'cvat', storageNamespace: 'kept' },
    ],
  ])('with %j installs %j', (spec, release) => {
    expect(read(helmRelease(spec))).toMatchObject(release);
  });

  test('has its chart and version in itself where the source is a HelmRepository', () => {
    const spec = { chart: { spec: { chart: 'minio', version: '5.4.0', sourceRef: { kind: 'HelmRepository', name: 'charts' } } } };
    const release = read(helmRelease(spec), source('HelmRepository', { url: 'https://charts.min.io' }));
    expect(release).toMatchObject({ chart: 'minio', chartName: 'minio', version: '5.4.0', git: false });
    expect(places(release)).toMatchObject({ chart: 'HelmRelease spec.chart.spec.chart', version: 'HelmRelease spec.chart.spec.version' });
  });

  test.each([
    [{ tag: '5.8.7' }, { version: '5.8.7', digest: undefined }, 'OCIRepository spec.ref.tag'],
    [{ tag: '5.8.7', digest: DIGEST }, { version: '5.8.7', digest: DIGEST }, 'OCIRepository spec.ref.tag'],
    [{ tag: '5.8.7', semver: '5.x' }, { version: '5.x' }, 'OCIRepository spec.ref.semver'],
    [{ tag: '1.2.3_build.5' }, { version: '1.2.3+build.5' }, 'OCIRepository spec.ref.tag'],
    [undefined, { version: undefined }, 'OCIRepository spec.ref.tag'],
  ])('has them in its OCIRepository: %j', (ref, expected, version) => {
    const repository = source('OCIRepository', { url: 'oci://example.org/charts/pgo', ref });
    const release = read(helmRelease({ chartRef: { kind: 'OCIRepository', name: 'charts' } }), repository);
    expect(release).toMatchObject({ chart: 'oci://example.org/charts/pgo', chartName: 'pgo', ...expected });
    expect(places(release).version).toBe(version);
  });

  test('has its version in its GitRepository, and ignores its own', () => {
    const spec = {
      chart: { spec: { chart: './helm-chart/cvat/', version: '1.0.0', sourceRef: { kind: 'GitRepository', name: 'charts' } } },
    };
    const release = read(helmRelease(spec), source('GitRepository', { ref: { tag: 'v2.73.0', commit: COMMIT } }));
    expect(release).toMatchObject({ chartName: 'cvat', version: 'v2.73.0', digest: COMMIT, git: true });
    expect(places(release).version).toBe('GitRepository spec.ref.tag');
    const branch = read(helmRelease(spec), source('GitRepository', { ref: { branch: 'main' } }));
    expect(branch).toMatchObject({ version: undefined, digest: undefined });
  });

  test('finds its source in another namespace when it names that', () => {
    const chartRef = { kind: 'OCIRepository', name: 'charts', namespace: 'sources' };
    const repository = source('OCIRepository', { url: 'oci://a/b', ref: { tag: '1.0.0' } }, 'sources/charts');
    expect(read(helmRelease({ chartRef }), repository).version).toBe('1.0.0');
  });

  test('has no chart and no version while its source is not known', () => {
    const release = read(helmRelease({ chartRef: { kind: 'OCIRepository', name: 'charts' } }));
    expect(release).toMatchObject({ name: 'one', chart: '', version: undefined });
    expect(places(release).version).toBe('HelmRelease spec.chartRef');
  });

  test('tells whether others add values, the namespace is created, and it is suspended', () => {
    expect(read(helmRelease({}))).toMatchObject({ valuesElsewhere: false, createsNamespace: false, suspended: false });
    const spec = { valuesFrom: [{ kind: 'Secret', name: 'a' }], install: { createNamespace: true }, suspend: true };
    expect(read(helmRelease(spec))).toMatchObject({ valuesElsewhere: true, createsNamespace: true, suspended: true });
  });

  test('has no values where they are text', () => {
    expect(read(helmRelease({ values: 'a: 1' })).values).toEqual({});
  });
});

describe('an Application of Argo CD', () => {
  const helm = { releaseName: 'minio', valuesObject: { a: 1 } };

  test('has no release in Helm', () => {
    const release = read(application({ destination: { namespace: 'storage' }, source: { chart: 'minio', targetRevision: '5.4.0', helm } }));
    expect(release).toMatchObject({ name: 'minio', namespace: 'storage', chart: 'minio', version: '5.4.0', values: { a: 1 } });
    expect(release.storageNamespace).toBeUndefined();
    expect(places(release)).toEqual({
      name: 'Application spec.source.helm.releaseName',
      namespace: 'Application spec.destination.namespace',
      storageNamespace: 'Application spec.destination.namespace',
      chart: 'Application spec.source.chart',
      version: 'Application spec.source.targetRevision',
      values: 'Application spec.source.helm.valuesObject',
    });
  });

  test.each([
    [
      { repoURL: 'oci://a/charts/pgo', path: '.', targetRevision: '5.8.7' },
      { chartName: 'pgo', version: '5.8.7', git: false },
    ],
    [
      { repoURL: 'oci://a/charts/pgo', path: '.', targetRevision: DIGEST },
      { chartName: 'pgo', version: undefined, digest: DIGEST },
    ],
    [
      { repoURL: 'https://github.com/a/b', path: 'charts/cvat', targetRevision: COMMIT },
      { chartName: 'cvat', version: undefined, digest: COMMIT, git: true },
    ],
  ])('from %j installs %j', (from, expected) => {
    expect(read(application({ source: { ...from, helm: {} } }))).toMatchObject({ name: 'one', ...expected });
  });

  test('takes valuesObject instead of values, and parameters over both', () => {
    const parameters = [
      { name: 'a', value: '2' },
      { name: 'b', value: '3', forceString: true },
    ];
    const values = (fields: object): unknown => read(application({ source: { helm: fields } })).values;
    expect(values({ values: 'a: 1\nc: 1', parameters })).toEqual({ a: 2, b: '3', c: 1 });
    expect(values({ values: 'c: 1', valuesObject: { d: 1 } })).toEqual({ d: 1 });
  });

  test('can have its chart among several sources', () => {
    const release = read(application({ sources: [{ ref: 'values' }, { chart: 'minio', targetRevision: '5.4.0' }] }));
    expect(release.version).toBe('5.4.0');
    expect(places(release).version).toBe('Application spec.sources[1].targetRevision');
  });

  test('of a folder with manifests is not a release', () => {
    expect(releaseOf(application({ source: { repoURL: 'https://example.org/a', path: 'dist' } }))).toBeUndefined();
    expect(releaseOf(application({}))).toBeUndefined();
  });
});

test('the values are the same in each delivery, and no part of the object without them', () => {
  const values = fc.dictionary(fc.constantFrom('a', 'b', 'image', 'secretRef'), fc.jsonValue());
  holds(
    fc.property(values, (wanted) => {
      const plain = JSON.parse(JSON.stringify(wanted)) as Record<string, unknown>;
      const all = [
        helmChart({ valuesContent: stringify(plain) }),
        helmChart({ values: plain }),
        helmRelease({ values: plain }),
        application({ source: { chart: 'a', helm: { valuesObject: plain } } }),
        application({ sources: [{ chart: 'a', helm: { values: stringify(plain) } }] }),
      ];
      for (const one of all) {
        expect(read(one).values).toEqual(plain);
        expect(read(withoutValues(one)).values).toEqual({});
      }
    }),
  );
});
