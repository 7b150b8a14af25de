import { fromArchive, fromOci, fromRepository } from '../../../constructs/helm/chart-source';
import type { Acknowledgement } from '../../../manifests/finding';
import type { LockedChart } from '../../../manifests/chart-lock';
import { chartReport, formatReport } from '../../../scripts/charts/chart-report';
import type { EnvironmentRelease } from '../../../scripts/charts/releases';

const source = fromRepository('https://charts.example.org', 'app', '1.2.3');
const locked: LockedChart = {
  source: 'https://charts.example.org app 1.2.3',
  file: 'charts/app-1.2.3.tgz',
  sha256: 'abc',
  name: 'app',
  version: '1.2.3',
  appVersion: '7.0',
  kubeVersion: '>=1.25.0-0',
  deprecated: false,
  subcharts: [],
};

const versions = (...all: string[]): { version: string; deprecated: boolean }[] => all.map((version) => ({ version, deprecated: false }));

test('offers the newest patch, minor and major version, each the newest of its kind', () => {
  const available = versions('1.2.3', '1.2.4', '1.2.10', '1.3.0', '1.10.1', '2.0.0', '3.1.0', '0.9.0');
  expect(chartReport(source, { locked: undefined, available }).lines).toEqual([
    'version: 1.2.3',
    'not vendored: npm run charts:pull',
    'newest patch: 1.2.10',
    'newest minor: 1.10.1',
    'newest major: 3.1.0',
  ]);
});

test('offers no prerelease and no deprecated version', () => {
  const available = [...versions('1.2.3', '1.2.4-rc.1', '2.0.0-beta'), { version: '1.2.5', deprecated: true }];
  expect(chartReport(source, { locked: undefined, available }).lines).toContain('no newer version');
});

test('compares versions that begin with v', () => {
  const chart = fromOci('oci://registry.example.org/app', 'v1.2.3');
  expect(chartReport(chart, { locked: undefined, available: versions('v1.2.3', 'v1.2.4') }).lines).toContain('newest patch: v1.2.4');
});

test('reports what the lock file knows, and that it is offline', () => {
  expect(chartReport(source, { locked, available: undefined, offline: 'charts.example.org cannot be reached: ENOTFOUND.' })).toEqual({
    source: 'https://charts.example.org app 1.2.3',
    lines: [
      'version: 1.2.3',
      'app version: 7.0',
      'needs Kubernetes: >=1.25.0-0',
      'vendored: charts/app-1.2.3.tgz',
      'offline: charts.example.org cannot be reached: ENOTFOUND.',
    ],
    problems: [],
  });
});

test.each([
  ['the source says so', { locked, available: [{ version: '1.2.3', deprecated: true }] }],
  ['the lock file says so and nothing can be asked', { locked: { ...locked, deprecated: true }, available: undefined }],
])('a deprecated chart is a problem when %s', (_name, known) => {
  expect(chartReport(source, known).problems).toEqual([{ rule: 'deprecated-chart', message: 'is deprecated by its authors' }]);
});

test('a version that is no longer offered is a problem', () => {
  expect(chartReport(source, { locked, available: versions('1.2.4') }).problems).toEqual([
    { rule: 'withdrawn-chart', message: 'version 1.2.3 is no longer offered by its source' },
  ]);
});

test('the version of an archive is the one in it', () => {
  expect(chartReport(fromArchive('charts/app-1.2.3.tgz'), { locked, available: undefined }).lines[0]).toBe('version: 1.2.3');
});

describe('a problem', () => {
  const report = chartReport(source, { locked: undefined, available: [{ version: '1.2.3', deprecated: true }] });
  const acknowledgement = { rule: 'deprecated-chart', object: 'HelmChart kube-system/app', reason: 'until March' };
  const release = { name: 'app', namespace: 'apps', chart: source, values: {}, contract: {} };
  const user = (environment: string, acknowledged: readonly Acknowledgement[]): EnvironmentRelease => ({
    environment,
    release,
    acknowledged,
  });

  test('is bad while an environment that uses the chart has not acknowledged it', () => {
    const { text, isBad } = formatReport(report, [user('local', [acknowledgement]), user('production', [])]);
    expect(isBad).toBe(true);
    expect(text).toContain('(local/app, production/app)\n');
    expect(text).toContain('  PROBLEM: is deprecated by its authors (deprecated-chart)\n');
  });

  test('is printed with the reason when all have acknowledged it', () => {
    const { text, isBad } = formatReport(report, [user('local', [acknowledgement])]);
    expect(isBad).toBe(false);
    expect(text).toContain('  acknowledged: is deprecated by its authors: until March\n');
  });

  test('is not acknowledged by another rule', () => {
    expect(formatReport(report, [user('local', [{ ...acknowledgement, rule: 'withdrawn-chart' }])]).isBad).toBe(true);
  });
});

test("prints what was found in the chart's objects, by file, and stays good", () => {
  const findings = new Map([
    ['charts/app/rendered/local.yaml', ['rbac-wildcard: ClusterRole app rules[0]: all verbs']],
    ['charts/app/rendered/production.yaml', []],
  ]);
  const { text, isBad } = formatReport(chartReport(source, { locked, available: undefined }), [], findings);
  expect(isBad).toBe(false);
  expect(text).toContain(
    "  the chart's objects (charts/app/rendered/local.yaml):\n    rbac-wildcard: ClusterRole app rules[0]: all verbs\n" +
      "  the chart's objects (charts/app/rendered/production.yaml): nothing found\n",
  );
});
