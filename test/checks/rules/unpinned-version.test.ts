import { unpinnedVersion } from '../../../checks/rules/unpinned-version';
import { deployment, findings, helmChart, object } from '../support';

const DIGEST = `sha256:${'0'.repeat(64)}`;
const IMAGE = 'spec.template.spec.containers[0].image';
const IMAGE_REMEDY = 'Use the full version, such as :2.73.0, or add the digest.';

test.each([
  'nginx:1.27.3',
  'host:5000/a/b:1.2.3',
  `host:5000/a/b@${DIGEST}`,
  `a/b:latest@${DIGEST}`,
  'cvat/server:v2.73.0',
  'crunchydata/crunchy-postgres:ubi8-14.5-1',
  'crunchydata/crunchy-pgbackrest:ubi8-2.40-1',
  'bitnami/postgresql:15.2.0-debian-11-r0',
  'minio/minio:RELEASE.2024-01-16T16-07-38Z',
  'ubuntu:noble-20240605',
  'team/program:3f2a9bc',
  'team/program:sha-3f2a9bc',
  'team/program:1.2.3-rc.1',
])('accepts the image %s', (image) => {
  expect(findings(unpinnedVersion, deployment({ image }))).toEqual([]);
});

test.each(['nginx', 'host:5000/a/b', 'localhost:5000/b'])('reports the image %s, which has no tag', (image) => {
  expect(findings(unpinnedVersion, deployment({ image }))).toEqual([
    `Deployment program ${IMAGE} | must have an exact tag or a digest; got "${image}", which means latest. | ${IMAGE_REMEDY}`,
  ]);
});

test.each(['latest', 'stable', 'main', '15', 'v2', '1.27', '15.4', '15-alpine', 'ubi8-14.5', 'nightly', 'beefdad', ''])(
  'reports the tag "%s"',
  (tag) => {
    expect(findings(unpinnedVersion, deployment({ image: `host:5000/a/b:${tag}` }))).toEqual([
      `Deployment program ${IMAGE} | must have a tag that names one release; got "${tag}". | ${IMAGE_REMEDY}`,
    ]);
  },
);

test('reports an invalid digest', () => {
  expect(findings(unpinnedVersion, deployment({ image: 'a/b:1.2.3@sha256:abc' }))).toEqual([
    `Deployment program ${IMAGE} | must have a valid digest; got "sha256:abc". | Use sha256: and 64 hexadecimal digits.`,
  ]);
});

test('checks images of custom resources and init containers', () => {
  const cluster = object('postgres-operator.crunchydata.com/v1beta1', 'PostgresCluster', 'p', {
    spec: { image: 'a:latest', backups: { pgbackrest: { image: 'b' } } },
  });
  expect(findings(unpinnedVersion, cluster)).toHaveLength(2);
  expect(findings(unpinnedVersion, deployment({}, { initContainers: [{ image: 'b' }] }))).toHaveLength(1);
});

test('ignores empty images, maps, schemas and data', () => {
  expect(findings(unpinnedVersion, object('x.org/v1', 'X', 'x', { spec: { image: '', other: { image: { name: 'a' } } } }))).toEqual([]);
  expect(findings(unpinnedVersion, object('v1', 'ConfigMap', 'c', { data: { image: 'a' } }))).toEqual([]);
  expect(
    findings(unpinnedVersion, object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'd', { example: { image: 'a' } })),
  ).toEqual([]);
});

const CHART_REMEDY = 'Use the full version of one release, such as "2.73.0".';

test('reports a chart without a version', () => {
  expect(findings(unpinnedVersion, helmChart({ version: undefined }))).toEqual([
    `HelmChart kube-system/release spec.version | must be an exact version; got none, which installs the newest. | ${CHART_REMEDY}`,
  ]);
});

test.each(['1', '1.2', '1.x', '^1.2.3', '>=1.2.3', '*', 'latest', '1.2.3 - 1.4.0', '1.2.03'])(
  'reports the version %s of a chart',
  (version) => {
    expect(findings(unpinnedVersion, helmChart({ version }))).toEqual([
      `HelmChart kube-system/release spec.version | must be an exact version; got "${version}". | ${CHART_REMEDY}`,
    ]);
  },
);

test.each(['1.2.3', 'v1.2.3', '1.2.3-rc.1+build.5'])('accepts the version %s of a chart', (version) => {
  expect(findings(unpinnedVersion, helmChart({ version }))).toEqual([]);
});

test('reads the version of an archive from its name', () => {
  const archive = (chart: string): string[] => findings(unpinnedVersion, helmChart({ chart, version: '1.2.3' }));
  expect(archive('https://example.org/charts/program-1.2.3.tgz')).toEqual([]);
  expect(archive('https://example.org/v1.2.3.tgz')).toEqual([]);
  expect(archive('https://example.org/1.2.3/program.tgz')).toEqual([
    'HelmChart kube-system/release spec.chart | must name the version of the archive; got "https://example.org/1.2.3/program.tgz". | Use the archive of one release, such as chart-2.73.0.tgz.',
  ]);
});

test('accepts a chart with a digest, and an embedded chart, without a version', () => {
  expect(findings(unpinnedVersion, helmChart({ chart: `oci://host:5000/a/b@${DIGEST}`, version: undefined }))).toEqual([]);
  expect(findings(unpinnedVersion, helmChart({ chart: undefined, chartContent: 'AAAA', version: undefined }))).toEqual([]);
});

test("checks tags in a chart's values", () => {
  const tagged = (image: object): string[] => findings(unpinnedVersion, helmChart({ values: { image } }));
  expect(tagged({ repository: 'a', tag: 'dev' })).toEqual([
    `HelmChart kube-system/release spec.values: image.tag | must have a tag that names one release; got "dev". | ${IMAGE_REMEDY}`,
  ]);
  expect(tagged({ tag: 15 })).toHaveLength(1);
  expect(tagged({ tag: '1.2.3' })).toEqual([]);
  expect(tagged({ tag: '' })).toEqual([]);
  expect(tagged({ tag: 'dev', digest: DIGEST })).toEqual([]);
  expect(tagged({ tag: `dev@${DIGEST}` })).toEqual([]);
});

describe("an image in a chart's values", () => {
  const inValues = (values: object): string[] => findings(unpinnedVersion, helmChart({ values }));

  test.each<[object, string, string]>([
    [{ image: 'nginx:latest' }, 'image', 'latest'],
    [{ sidecars: [{ image: 'registry.example.com:5000/nginx:1.27' }] }, 'sidecars[0].image', '1.27'],
    [{ initImage: 'busybox:stable' }, 'initImage', 'stable'],
    [{ web: { repository: 'nginx', tag: 'latest' } }, 'web.tag', 'latest'],
  ])('is reported: %j', (values, field, tag) => {
    expect(inValues(values)).toEqual([
      `HelmChart kube-system/release spec.values: ${field} | must have a tag that names one release; got "${tag}". | ${IMAGE_REMEDY}`,
    ]);
  });

  test.each<[object]>([
    [{ image: 'nginx:1.27.3' }],
    [{ image: 'nginx', imageTag: '1.27.3' }],
    [{ image: `nginx@${DIGEST}` }],
    [{ logging: { tag: 'kube' } }],
    [{ image: '{{ .Values.registry }}:latest' }],
    [{ image: { repository: 'nginx', tag: '' } }],
  ])('is accepted: %j', (values) => {
    expect(inValues(values)).toEqual([]);
  });

  test('accepts the name of a chart in a repository', () => {
    expect(findings(unpinnedVersion, helmChart({ repo: 'https://charts.min.io', chart: 'minio', version: '5.4.0' }))).toEqual([]);
  });
});
