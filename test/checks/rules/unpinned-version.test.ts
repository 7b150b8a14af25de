import { unpinnedVersion } from '../../../checks/rules/unpinned-version';
import { deployment, findings, helmChart, object } from '../support';

const DIGEST = `sha256:${'0'.repeat(64)}`;
const IMAGE = 'spec.template.spec.containers[0].image';
const IMAGE_REMEDY = 'Name one release with all its numbers, such as :2.73.0, or add its digest.';

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
])('the image %s is exact', (image) => {
  expect(findings(unpinnedVersion, deployment({ image }))).toEqual([]);
});

test.each(['nginx', 'host:5000/a/b', 'localhost:5000/b'])('the image %s has no tag', (image) => {
  expect(findings(unpinnedVersion, deployment({ image }))).toEqual([
    `Deployment program ${IMAGE} | "${image}" has no tag, which means latest. | ${IMAGE_REMEDY}`,
  ]);
});

test.each(['latest', 'stable', 'main', '15', 'v2', '1.27', '15.4', '15-alpine', 'ubi8-14.5', 'nightly', 'beefdad', ''])(
  'the tag "%s" moves',
  (tag) => {
    expect(findings(unpinnedVersion, deployment({ image: `host:5000/a/b:${tag}` }))).toEqual([
      `Deployment program ${IMAGE} | "${tag}" is a tag that moves. | ${IMAGE_REMEDY}`,
    ]);
  },
);

test('a digest that is none is found, whatever the tag', () => {
  expect(findings(unpinnedVersion, deployment({ image: 'a/b:1.2.3@sha256:abc' }))).toEqual([
    `Deployment program ${IMAGE} | "sha256:abc" is no digest. | Write sha256: and 64 hexadecimal digits.`,
  ]);
});

test('images are found in custom resources and in containers that run first', () => {
  const cluster = object('postgres-operator.crunchydata.com/v1beta1', 'PostgresCluster', 'p', {
    spec: { image: 'a:latest', backups: { pgbackrest: { image: 'b' } } },
  });
  expect(findings(unpinnedVersion, cluster)).toHaveLength(2);
  expect(findings(unpinnedVersion, deployment({}, { initContainers: [{ image: 'b' }] }))).toHaveLength(1);
});

test('an image that is left to the operator, a map, a schema and data are no images', () => {
  expect(findings(unpinnedVersion, object('x.org/v1', 'X', 'x', { spec: { image: '', other: { image: { name: 'a' } } } }))).toEqual([]);
  expect(findings(unpinnedVersion, object('v1', 'ConfigMap', 'c', { data: { image: 'a' } }))).toEqual([]);
  expect(
    findings(unpinnedVersion, object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'd', { example: { image: 'a' } })),
  ).toEqual([]);
});

const CHART_REMEDY = 'Name one release, such as "2.73.0": no range, and nothing left out.';

test('a chart without a version is found', () => {
  expect(findings(unpinnedVersion, helmChart({ version: undefined }))).toEqual([
    `HelmChart kube-system/release spec.version | without a version the newest is installed. | ${CHART_REMEDY}`,
  ]);
});

test.each(['1', '1.2', '1.x', '^1.2.3', '>=1.2.3', '*', 'latest', '1.2.3 - 1.4.0', '1.2.03'])(
  'the version %s of a chart is not exact',
  (version) => {
    expect(findings(unpinnedVersion, helmChart({ version }))).toEqual([
      `HelmChart kube-system/release spec.version | "${version}" is not an exact version. | ${CHART_REMEDY}`,
    ]);
  },
);

test.each(['1.2.3', 'v1.2.3', '1.2.3-rc.1+build.5'])('the version %s of a chart is exact', (version) => {
  expect(findings(unpinnedVersion, helmChart({ version }))).toEqual([]);
});

test('the version of an archive is in its name', () => {
  const archive = (chart: string): string[] => findings(unpinnedVersion, helmChart({ chart, version: '1.2.3' }));
  expect(archive('https://example.org/charts/program-1.2.3.tgz')).toEqual([]);
  expect(archive('https://example.org/v1.2.3.tgz')).toEqual([]);
  expect(archive('https://example.org/1.2.3/program.tgz')).toEqual([
    'HelmChart kube-system/release spec.chart | "https://example.org/1.2.3/program.tgz" does not say which version it is. | Name the archive of one release, such as chart-2.73.0.tgz.',
  ]);
});

test('a chart with a digest, and one that is in the object, need no version', () => {
  expect(findings(unpinnedVersion, helmChart({ chart: `oci://host:5000/a/b@${DIGEST}`, version: undefined }))).toEqual([]);
  expect(findings(unpinnedVersion, helmChart({ chart: undefined, chartContent: 'AAAA', version: undefined }))).toEqual([]);
});

test("the tags in a chart's values are tags of images", () => {
  const tagged = (image: object): string[] => findings(unpinnedVersion, helmChart({ values: { image } }));
  expect(tagged({ repository: 'a', tag: 'dev' })).toEqual([
    `HelmChart kube-system/release spec.values: image.tag | "dev" is a tag that moves. | ${IMAGE_REMEDY}`,
  ]);
  expect(tagged({ tag: 15 })).toHaveLength(1);
  expect(tagged({ tag: '1.2.3' })).toEqual([]);
  expect(tagged({ tag: '' })).toEqual([]);
  expect(tagged({ tag: 'dev', digest: DIGEST })).toEqual([]);
  expect(tagged({ tag: `dev@${DIGEST}` })).toEqual([]);
});
