import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type ChartSource, fromArchive, fromGit, fromOci, fromRepository } from '../../../../constructs/helm/chart-source';
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
          CustomResourceDefinition helmcharts.helm.cattle.io: v1/HelmChart <- k3s and RKE2 bring it; on another kind of cluster choose another delivery
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

test('values come back as they were, one a line, whatever they look like', () => {
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
    'chart: k3s cannot install a chart from git. Check out v2.73.0 of https://github.com/cvat-ai/cvat, run `helm package --dependency-update helm-chart`, keep the .tgz in this repository and use fromArchive.',
  ]);
});

describe('an archive', () => {
  let folder: string;

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'archive-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function archive(bytes: Buffer): ChartSource {
    const file = join(folder, 'chart-1.0.0.tgz');
    writeFileSync(file, bytes);
    return fromArchive(file);
  }

  test('is in the HelmChart itself', () => {
    const bytes = Buffer.from([0x1f, 0x8b, 0, 255]);
    expect(spec({ chart: archive(bytes) })['chartContent']).toBe(bytes.toString('base64'));
  });

  test('of at most 740,000 bytes is one that k3s can store', () => {
    expect(problems(archive(Buffer.alloc(740_000)))).toEqual([]);
    expect(problems(archive(Buffer.alloc(740_001)))).toEqual([
      `chart.file: "${join(folder, 'chart-1.0.0.tgz')}" has 740001 bytes, and k3s stores at most 740000. Publish the chart in a registry or repository, and use fromOci or fromRepository.`,
    ]);
  });

  test('that does not exist is a problem', () => {
    const file = join(folder, 'nothing.tgz');
    expect(problems(fromArchive(file))).toEqual([`chart.file: "${file}" does not exist. Name a file below ${process.cwd()}.`]);
  });
});
