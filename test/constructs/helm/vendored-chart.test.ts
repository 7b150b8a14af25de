import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromRepository } from '../../../constructs/helm/chart-source';
import { HelmRelease } from '../../../constructs/helm/helm-release';
import { LOCK_FILE, readChartLock, writeChartLock } from '../../../manifests/chart-lock';
import { packChart } from '../../pack-chart';
import { problemsOf } from '../../support';

const before = process.cwd();
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vendored-'));
  process.chdir(folder);
  mkdirSync('charts');
  const file = packChart('charts/app-1.0.0.tgz', { 'Chart.yaml': 'name: app\nversion: 1.0.0\n' });
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  const chart = { file, sha256, name: 'app', version: '1.0.0', deprecated: false, subcharts: [] };
  writeChartLock({ charts: [{ source: 'https://charts.example.org app 1.0.0', ...chart }], rendered: {} });
});

afterEach(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

function problems(version = '1.0.0'): string[] {
  const chart = fromRepository('https://charts.example.org', 'app', version);
  return problemsOf((scope) => new HelmRelease(scope, 'release', { name: 'app', namespace: 'app', chart }));
}

test('accepts a vendored archive that is what was pulled', () => {
  expect(problems()).toEqual([]);
});

test('reports an archive that is not what was pulled, with both checksums', () => {
  const { sha256 } = readChartLock().charts[0] ?? { sha256: '' };
  packChart('charts/app-1.0.0.tgz', { 'Chart.yaml': 'name: app\nversion: 1.0.0\n', 'values.yaml': 'a: 1\n' });
  const found = createHash('sha256').update(readFileSync('charts/app-1.0.0.tgz')).digest('hex');
  expect(problems()).toEqual([
    `chart: "charts/app-1.0.0.tgz" must be what was pulled from https://charts.example.org app 1.0.0 (sha256 ${sha256}); got ${found}. Restore it: git checkout charts/app-1.0.0.tgz`,
  ]);
});

test('reports an archive that Git LFS has not fetched', () => {
  writeFileSync('charts/app-1.0.0.tgz', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n');
  expect(problems()).toEqual(['chart: "charts/app-1.0.0.tgz" is a Git LFS pointer. Fetch its content: git lfs pull']);
});

test('reports a vendored archive that is missing', () => {
  rmSync('charts/app-1.0.0.tgz');
  expect(problems()).toEqual([
    `chart: "charts/app-1.0.0.tgz" does not exist, but ${LOCK_FILE} names it. Restore it from git, or run: npm run charts:pull`,
  ]);
});

test('another version is another chart, which need not be vendored', () => {
  expect(problems('1.0.1')).toEqual([]);
});
