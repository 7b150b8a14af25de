import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type ChartSource, fromArchive, fromGit, fromOci, fromRepository } from '../../../../constructs/helm/chart-source';
import { packChart } from '../../../pack-chart';
import { HelmRelease, type HelmReleaseProps } from '../../../../constructs/helm/helm-release';
import { objectsOfKind, problemsOf, yamlOf } from '../../../support';

const OCI = fromOci('oci://ghcr.io/grafana/grafana', '1.0.0');

function spec(change: Partial<HelmReleaseProps>): Record<string, unknown> {
  const [helmChart] = objectsOfKind(
    'HelmChart',
    (chart) => new HelmRelease(chart, 'release', { name: 'grafana', namespace: 'monitoring', chart: OCI, ...change }),
  );
  return helmChart?.['spec'] as Record<string, unknown>;
}

function problems(source: ChartSource): string[] {
  return problemsOf((chart) => new HelmRelease(chart, 'release', { name: 'grafana', namespace: 'monitoring', chart: source }));
}

test('a release is a HelmChart in kube-system, with its contract', () => {
  expect(
    yamlOf(
      (chart) =>
        new HelmRelease(chart, 'release', {
          name: 'grafana',
          namespace: 'monitoring',
          chart: fromRepository('https://grafana.github.io/helm-charts', 'grafana', '8.5.0'),
          values: { replicas: 2, ingress: { hosts: ['grafana.local'] } },
          timeout: '10m',
          makes: [{ kind: 'Service', namespace: 'monitoring', name: 'grafana' }],
          needs: [{ kind: 'Secret', namespace: 'monitoring', name: 'login', keys: ['password'], remedy: 'kubectl create secret …' }],
        }),
    ),
  ).toMatchInlineSnapshot(`
    "
    apiVersion: helm.cattle.io/v1
    kind: HelmChart
    metadata:
      annotations:
        platform.kapernikov.com/makes: Service monitoring/grafana
        platform.kapernikov.com/needs: |-
          CustomResourceDefinition helmcharts.helm.cattle.io: v1/HelmChart <- included in k3s and RKE2; on another cluster use another delivery
          Secret monitoring/login: password <- kubectl create secret …
      name: grafana
      namespace: kube-system
    spec:
      chart: grafana
      failurePolicy: retry
      repo: https://grafana.github.io/helm-charts
      targetNamespace: monitoring
      timeout: 10m0s
      valuesContent: |
        replicas: 2
        ingress:
          hosts:
            - grafana.local
      version: 8.5.0
    ---
    apiVersion: v1
    kind: Namespace
    metadata:
      name: monitoring
    "
  `);
});

test('a chart of a registry is named by its address', () => {
  expect(spec({})).toEqual({ chart: OCI.url, version: '1.0.0', targetNamespace: 'monitoring', failurePolicy: 'retry' });
});

test('no values are no text, rather than an empty map', () => {
  expect(spec({ values: {} })).not.toHaveProperty('valuesContent');
});

test('values are unchanged after a round trip through YAML, one a line', () => {
  const shared = { cpu: '500m' };
  const long = 'word '.repeat(60).trim();
  const values = {
    version: '1.10',
    on: 'yes',
    octal: '0755',
    none: null,
    list: [1, 'true', true],
    long,
    text: 'a: b # c\nsecond',
    requests: shared,
    limits: shared,
  };
  const content = String(spec({ values })['valuesContent']);
  expect(parse(content)).toEqual(values);
  expect(content).toContain(`long: ${long}\n`);
  expect(content).not.toMatch(/[&*]a1/);
});

test.each(['on', 'yes', 'Off', 'n', '1_000', '0o7', '0b11', '0755', '12:30:45', '1e3', '.5', '~', '2026-01-01'])(
  'text that YAML 1.1, which Helm reads, takes for something else is quoted, as value and as key: %s',
  (text) => {
    expect(spec({ values: { [text]: text } })['valuesContent']).toBe(`"${text}": "${text}"\n`);
  },
);

test('the release never goes where the controller guesses, and is never reinstalled with its data', () => {
  expect(spec({ namespace: 'default' })).toMatchObject({ targetNamespace: 'default', failurePolicy: 'retry' });
});

test('a digest is more than k3s can pin', () => {
  expect(problems(fromOci(OCI.url, '1.0.0', `sha256:${'0'.repeat(64)}`))).toEqual([
    'chart.digest: k3s cannot pin a chart by its digest: a HelmChart has no field for it. Leave the digest out, or keep the packaged chart in this repository and use fromArchive.',
  ]);
});

test('a chart in git is more than k3s can install, and the problem says what to do instead', () => {
  expect(problems(fromGit('https://github.com/cvat-ai/cvat', { path: 'helm-chart', tag: 'v2.73.0' }))).toEqual([
    'chart: k3s cannot install a chart from git. Check out v2.73.0 of its repository, run `helm package --dependency-update helm-chart`, keep the .tgz in this repository and use fromArchive.',
  ]);
});

describe('an archive', () => {
  let folder: string;

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'archive-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A packaged chart of about so many bytes: random ones cannot be compressed. */
  function archive(bytes: number): string {
    const chart = { 'Chart.yaml': 'name: chart\nversion: 1.0.0\n', 'files/random': randomBytes(bytes) };
    return packChart(join(folder, 'chart-1.0.0.tgz'), chart);
  }

  test('is in the HelmChart itself', () => {
    const file = archive(10);
    expect(spec({ chart: fromArchive(file) })['chartContent']).toBe(readFileSync(file).toString('base64'));
  });

  test('of more than 740,000 bytes is more than k3s can store', () => {
    expect(problems(fromArchive(archive(730_000)))).toEqual([]);
    const file = archive(745_000);
    expect(problems(fromArchive(file))).toEqual([
      `chart.file: "${file}" has ${statSync(file).size} bytes, and k3s stores at most 740000. Publish the chart in a registry or repository, and use fromOci or fromRepository.`,
    ]);
  });

  test('that does not exist is one problem', () => {
    const file = join(folder, 'nothing.tgz');
    expect(problems(fromArchive(file))).toEqual([
      `chart.file: "${file}" does not exist. Name a .tgz file, relative to the folder that synth runs in.`,
    ]);
  });
});
