import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChartArchive, isFinding, openChartArchive } from '../../manifests/chart-archive';
import { packChart } from '../pack-chart';

const folder = mkdtempSync(join(tmpdir(), 'chart-archive-'));
afterAll(() => rmSync(folder, { recursive: true }));

const packed = (name: string, files: Readonly<Record<string, string | Buffer>>): string => packChart(join(folder, name), files);

function opened(file: string): ChartArchive {
  const archive = openChartArchive(file);
  if (isFinding(archive)) throw new Error(archive.message);
  return archive;
}

const CHART = 'name: app\nversion: 1.2.3\nappVersion: 4.5\nkubeVersion: ">=1.25.0-0"\n';

test('reads the facts of Chart.yaml, the subcharts and every file', () => {
  const { chart, subcharts, files } = opened(
    packed('app-1.2.3.tgz', {
      'Chart.yaml': CHART,
      'templates/a.yaml': 'kind: A\n',
      'charts/redis/Chart.yaml': 'name: redis\nversion: 7.0.1\n',
      'charts/redis/charts/common/Chart.yaml': 'name: common\nversion: 2.0.0\n',
    }),
  );
  expect(chart).toEqual({ name: 'app', version: '1.2.3', appVersion: '4.5', kubeVersion: '>=1.25.0-0', deprecated: false });
  expect(subcharts).toEqual([{ name: 'redis', version: '7.0.1', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
  expect([...files.keys()].sort()).toEqual([
    'Chart.yaml',
    'charts/redis/Chart.yaml',
    'charts/redis/charts/common/Chart.yaml',
    'templates/a.yaml',
  ]);
});

test('a subchart has another sha256 when one of its files changes, and the same when the archive is packed again', () => {
  const chart = (text: string): string =>
    opened(
      packed('app.tgz', {
        'Chart.yaml': CHART,
        'charts/redis/Chart.yaml': 'name: redis\nversion: 7.0.1\n',
        'charts/redis/values.yaml': text,
      }),
    ).subcharts[0]?.sha256 ?? '';
  expect(chart('a: 1\n')).toBe(chart('a: 1\n'));
  expect(chart('a: 1\n')).not.toBe(chart('a: 2\n'));
});

test('reads subcharts that are packaged themselves', () => {
  const common = packed('common.tgz', { 'Chart.yaml': 'name: app\nversion: 2.0.0\n' });
  const redis = packed('redis.tgz', { 'Chart.yaml': 'name: app\nversion: 7.0.1\n', 'charts/common-2.0.0.tgz': readFileSync(common) });
  const { files, subcharts } = opened(packed('app-1.2.6.tgz', { 'Chart.yaml': CHART, 'charts/redis-7.0.1.tgz': readFileSync(redis) }));
  expect([...files.keys()].sort()).toEqual(['Chart.yaml', 'charts/app/Chart.yaml', 'charts/app/charts/app/Chart.yaml']);
  expect(subcharts.map(({ version }) => version)).toEqual(['7.0.1']);
});

test('a deprecated chart says so', () => {
  expect(opened(packed('old.tgz', { 'Chart.yaml': `${CHART}deprecated: true\n` })).chart.deprecated).toBe(true);
});

const good = readFileSync(packed('good.tgz', { 'Chart.yaml': CHART, 'values.yaml': 'a: 1\n'.repeat(500) }));
const flipped = Buffer.from(good);
flipped[good.length - 6] = (flipped[good.length - 6] ?? 0) ^ 0xff;

test.each<[string, (file: string) => void, string]>([
  ['does not exist', () => undefined, 'does not exist. Name a .tgz file, relative to the folder that synth runs in.'],
  ['is a folder', (file) => mkdirSync(file), 'is a folder. Package it: helm package FILE'],
  ['is empty', (file) => writeFileSync(file, ''), 'is empty. Download or package the chart again.'],
  [
    'is a Git LFS pointer',
    (file) => writeFileSync(file, 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n'),
    'is a Git LFS pointer. Fetch its content: git lfs pull',
  ],
  [
    'is an HTML page',
    (file) => writeFileSync(file, '\n<!DOCTYPE html>\n<html><body>404</body></html>\n'),
    'is a web page, not a packaged chart. Download the chart again, from the address in index.yaml.',
  ],
  [
    'is an XML error of an object store',
    (file) => writeFileSync(file, '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'),
    'is a web page, not a packaged chart. Download the chart again, from the address in index.yaml.',
  ],
  [
    'is text',
    (file) => writeFileSync(file, 'name: app\n'),
    'is not a packaged chart (.tgz). Name the file that `helm package` or `helm pull` wrote.',
  ],
  ['was cut', (file) => writeFileSync(file, good.subarray(0, good.length - 20)), 'is corrupt (…). Download or package the chart again.'],
  ['has a flipped bit', (file) => writeFileSync(file, flipped), 'is corrupt (…). Download or package the chart again.'],
  [
    'has no Chart.yaml',
    (file) => void packed(file.slice(folder.length + 1), { 'values.yaml': 'a: 1\n' }),
    'has no Chart.yaml with a name and a version. Package the chart again: helm package CHART',
  ],
  [
    'has a Chart.yaml without a version',
    (file) => void packed(file.slice(folder.length + 1), { 'Chart.yaml': 'name: app\n' }),
    'has no Chart.yaml with a name and a version. Package the chart again: helm package CHART',
  ],
  [
    'has a Chart.yaml that is not YAML',
    (file) => void packed(file.slice(folder.length + 1), { 'Chart.yaml': 'name: [\n' }),
    'has no Chart.yaml with a name and a version. Package the chart again: helm package CHART',
  ],
])('a file that %s gives one finding', (name, write, expected) => {
  const file = join(folder, `${name.replaceAll(' ', '-')}.tgz`);
  write(file);
  const finding = openChartArchive(file);
  if (!isFinding(finding)) throw new Error('it was opened');
  const text = `${finding.message} ${finding.remedy}`.replaceAll(file, 'FILE').replace(/\(\d+ bytes: [^)]+\)/, '(…)');
  expect(text).toBe(`"FILE" ${expected}`);
});
