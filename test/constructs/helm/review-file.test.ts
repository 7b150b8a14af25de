import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fromArchive } from '../../../constructs/helm/chart-source';
import { k3s } from '../../../constructs/helm/delivery/k3s';
import { reviewInputsOf } from '../../../constructs/helm/review-file';
import { Platform } from '../../../constructs/platform';
import { reportedProblems, reportedWarnings } from '../../../constructs/problem';
import { type Contract, contractOf } from '../../../manifests/contract';
import { formatReference, type Reference } from '../../../manifests/reference';
import { formatReviewHeader, reviewFile } from '../../../manifests/review-file';
import { packChart } from '../../pack-chart';

const SERVICE = { kind: 'Service', namespace: 'tools', name: 'app' };
const CRD = { kind: 'CustomResourceDefinition', name: 'apps.example.org', keys: ['v1/App'] };
const before = process.cwd();
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'review-file-'));
  process.chdir(folder);
  packChart('app.tgz', { 'Chart.yaml': 'name: app\nversion: 1.0.0\n' });
});

afterEach(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

function release(values: Record<string, unknown> = {}): Parameters<typeof reviewInputsOf>[0] {
  return { name: 'app', namespace: 'tools', chart: fromArchive('app.tgz'), values };
}

/** Writes the review file, as charts:render would for these values. */
function writeReviewFile(values: Record<string, unknown> = {}): void {
  const file = reviewFile('app', 'local');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${formatReviewHeader('# local/app', { inputs: reviewInputsOf(release(values)), makes: [CRD, SERVICE] })}---\n`);
}

function platform(makes?: readonly Reference[], name = 'local', contract: Contract = {}): Platform {
  const releases = [{ ...release(), ...(makes && { makes }), ...contract }];
  return new Platform(name, { delivery: k3s(), dataProtection: false, releases });
}

function made(from: Platform): string[] {
  const objects = from.stages().flatMap((stage) => stage.objects);
  return objects.flatMap(({ manifest }) => contractOf(manifest).makes ?? []).map(formatReference);
}

function warnings(from: Platform): string[] {
  return reportedWarnings(from).map(({ field, message }) => `${field}: ${message}`);
}

test('a release makes the CRDs and Services of its review file, beside what is written', () => {
  writeReviewFile();
  expect(made(platform())).toEqual(['CustomResourceDefinition apps.example.org: v1/App', 'Service tools/app']);
  const secret = { kind: 'Secret', namespace: 'tools', name: 'generated' };
  const both = platform([secret, SERVICE]);
  expect(made(both)).toEqual(['Secret tools/generated', 'Service tools/app', 'CustomResourceDefinition apps.example.org: v1/App']);
  expect([reportedProblems(both), reportedWarnings(both)]).toEqual([[], []]);
});

test('a release does not make the CRDs that it operates: dist has them', () => {
  writeReviewFile();
  expect(made(platform(undefined, 'local', { operates: [CRD] }))).toEqual(['Service tools/app']);
});

test('the review file of another environment counts for nothing', () => {
  writeReviewFile();
  expect(made(platform(undefined, 'production'))).toEqual([]);
});

test('a review file of other values is a problem, with the command', () => {
  writeReviewFile({ replicas: 2 });
  expect(reportedProblems(platform()).map(({ field, message, remedy }) => `${field}: ${message} ${remedy}`)).toEqual([
    'chart: charts/app/rendered/local.yaml must be what this version of the chart renders from these values; it was written for others. Run: npm run charts:render -- app',
  ]);
});

test('a review file of another archive is a problem', () => {
  writeReviewFile();
  packChart('app.tgz', { 'Chart.yaml': 'name: app\nversion: 1.0.1\n' });
  expect(reportedProblems(platform())).toHaveLength(1);
});

test('what is written and is not in the review file is a warning', () => {
  writeReviewFile();
  expect(warnings(platform([{ ...SERVICE, name: 'mispelt' }]))).toEqual([
    'makes: should be what the chart renders: charts/app/rendered/local.yaml has no Service tools/mispelt.',
  ]);
  expect(warnings(platform([{ ...CRD, keys: ['v1/App', 'v2/App'] }]))).toEqual([
    'makes: should be what the chart renders: charts/app/rendered/local.yaml has no CustomResourceDefinition apps.example.org with v2/App.',
  ]);
});
