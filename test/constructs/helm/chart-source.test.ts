import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ChartSource,
  chartSourceFindings,
  fromArchive,
  fromGit,
  fromOci,
  fromRepository,
} from '../../../constructs/helm/chart-source';
import { packChart } from '../../pack-chart';

const folder = mkdtempSync(join(tmpdir(), 'chart-source-'));
afterAll(() => rmSync(folder, { recursive: true }));

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
const COMMIT = '0123456789'.repeat(4);

function findings(source: ChartSource): string[] {
  return chartSourceFindings(source).flatMap(([field, finding]) => (finding ? [`${field}: ${finding.message} ${finding.remedy}`] : []));
}

test.each([
  fromRepository('https://kapernikov.github.io/cvat-helm/', 'cvat-helm', '0.2.4'),
  fromOci('oci://registry-1.docker.io/cvat/cvat', '2.73.0'),
  fromOci('oci://registry.local:5000/cvat', '2.73.0', DIGEST),
  fromGit('https://github.com/cvat-ai/cvat', { path: 'helm-chart', tag: 'v2.73.0' }),
  fromGit('ssh://git@github.com/cvat-ai/cvat', { path: 'helm-chart', tag: 'v2.73.0', commit: COMMIT }),
  fromArchive(packChart(join(folder, 'cvat-2.73.0.tgz'), { 'Chart.yaml': 'name: cvat\nversion: 2.73.0\n' })),
])('a chart can come from $kind', (source) => {
  expect(findings(source)).toEqual([]);
});

test.each([fromRepository('https://charts.example.org', 'one', 'latest'), fromOci('oci://registry.example.org/one', 'latest')])(
  'a version that moves is a problem, from $kind as well',
  (source) => {
    expect(findings(source)).toEqual([
      'chart.version: must be an exact version; got "latest". Set one release, such as "2.73.0": no range and no tag that moves.',
    ]);
  },
);

test.each(['sha256:abc', DIGEST.toUpperCase(), DIGEST.slice('sha256:'.length), `${DIGEST}0`])('%s is no digest', (digest) => {
  expect(findings(fromOci('oci://registry.example.org/one', '1.0.0', digest))).toEqual([
    `chart.digest: must be sha256: and 64 lower-case hexadecimal digits; got "${digest}". Copy it from the registry or repository.`,
  ]);
});

test('a short commit is a problem', () => {
  expect(findings(fromGit('https://github.com/cvat-ai/cvat', { path: '.', tag: 'v1', commit: 'abc1234' }))).toEqual([
    'chart.commit: must be 40 lower-case hexadecimal digits; got "abc1234". Copy it from the registry or repository.',
  ]);
});

test('an archive that is not a packaged chart is a problem of chart.file', () => {
  expect(findings(fromArchive(folder))).toEqual([`chart.file: "${folder}" is a folder. Package it: helm package ${folder}`]);
});

test('a deprecated archive is a problem', () => {
  const file = packChart(join(folder, 'old.tgz'), { 'Chart.yaml': 'name: old\nversion: 1.0.0\ndeprecated: true\n' });
  expect(findings(fromArchive(file))).toEqual([
    `chart.file: "${file}" is deprecated by its authors (Chart.yaml: deprecated: true). Choose another chart: docs/choosing.md.`,
  ]);
});

test('an archive for older Kubernetes only is a problem', () => {
  const chartFor = (kubeVersion: string): string =>
    packChart(join(folder, 'limited.tgz'), { 'Chart.yaml': `name: limited\nversion: 1.0.0\nkubeVersion: '${kubeVersion}'\n` });
  const file = chartFor('>=1.19.0-0, <1.25.0-0');
  expect(findings(fromArchive(file))).toEqual([
    `chart.file: "${file}" must support Kubernetes 1.30 or later; got ">=1.19.0-0, <1.25.0-0" (Chart.yaml: kubeVersion). Choose another version of the chart.`,
  ]);
  for (const kubeVersion of ['>= 1.23.0-0', '', '1.31.x']) expect(findings(fromArchive(chartFor(kubeVersion)))).toEqual([]);
});
