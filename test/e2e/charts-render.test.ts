import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromArchive, fromRepository } from '../../constructs/helm/chart-source';
import { k3s } from '../../constructs/helm/delivery/k3s';
import { type Environment, Platform } from '../../constructs/platform';
import { contractOf } from '../../manifests/contract';
import { formatReference } from '../../manifests/reference';
import type { Release } from '../../constructs/helm/delivery';
import { findControlPlane } from '../../scripts/control-plane';
import { renderForReview } from '../../scripts/charts/render-chart';
import { unusedValues } from '../../scripts/charts/unused-values';

const FIXTURE = join(__dirname, 'fixtures', 'charts', 'gates');
const before = process.cwd();
let folder: string;

beforeAll(() => {
  process.env['HELM'] = join(findControlPlane(), 'helm');
  folder = mkdtempSync(join(tmpdir(), 'charts-render-'));
  execFileSync(process.env['HELM'], ['package', FIXTURE, '--destination', folder]);
  process.chdir(folder);
});

afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

function releaseWith(values: Record<string, unknown>): Release {
  const archive = readdirSync(folder).find((file) => file.endsWith('.tgz')) ?? '';
  return { name: 'gates', namespace: 'gates', chart: fromArchive(archive), values, contract: {} };
}

function rendered(values: Record<string, unknown>): string {
  const { file } = renderForReview({ environment: 'local', release: releaseWith(values), acknowledged: [] }, '1.33.0');
  expect(file).toBe('charts/gates/rendered/local.yaml');
  return readFileSync(file, 'utf8');
}

test('says that it is not applied, and which template each object is from', () => {
  const text = rendered({});
  expect(text).toMatch(/^# local\/gates: gates-1\.0\.0\.tgz, for Kubernetes 1\.33\.0\n# .* this file is not applied\./);
  expect(text).toContain('---\n# templates/deployment.yaml\napiVersion: apps/v1\nkind: Deployment\n');
});

test('names the CRDs and Services of the chart, which synth adds to what the release makes', () => {
  rendered({});
  const { chart, name, namespace, values } = releaseWith({});
  const release = { chart, name, namespace, values };
  const made = (environment: Environment): unknown =>
    new Platform('local', environment)
      .stages()
      .flatMap(({ objects }) => objects)
      .flatMap(({ manifest }) => contractOf(manifest).makes ?? [])
      .map(formatReference);
  expect(made({ delivery: k3s(), dataProtection: false, releases: [release] })).toEqual([
    'CustomResourceDefinition gadgets.gates.example.org: v1/Gadget',
    'Service gates/gates-part',
  ]);
});

test('contains hooks, which the chart runs', () => {
  expect(rendered({ hook: true })).toContain('name: gates-hook');
});

test('is the same each time, also of a chart that makes up passwords and dates', () => {
  const values = { randomPassword: true, date: true };
  expect(rendered(values)).toBe(rendered(values));
  expect(rendered(values)).toContain('password: (differs each time)');
});

test('contains no value of a Secret', () => {
  const text = rendered({ secret: 'hunter2' });
  expect(text).toContain('token: (secret)');
  expect(text).not.toContain('hunter2');
});

test('a chart that is not vendored is refused with the command', () => {
  const chart = fromRepository('https://charts.example.org', 'app', '1.0.0');
  const release = { name: 'app', namespace: 'app', chart, values: {}, contract: {} };
  expect(() => renderForReview({ environment: 'local', release, acknowledged: [] }, '1.33.0')).toThrow(
    'https://charts.example.org app 1.0.0 is not vendored. Run: npm run charts:pull -- app',
  );
});

test('values that change nothing are found, also beside a password that the chart makes up', () => {
  const values = { randomPassword: true, secret: 'hunter2', mispelt: { hook: true }, list: [1], none: null };
  expect(unusedValues(releaseWith(values), '1.33.0')).toEqual(['mispelt.hook', 'list[0]', 'none']);
});

test('a release without values has none that change nothing', () => {
  expect(unusedValues(releaseWith({}), '1.33.0')).toEqual([]);
});
