import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Chart } from 'cdk8s';
import { argoCdGitOps } from '../../constructs/git-ops/argo-cd';
import { fluxGitOps } from '../../constructs/git-ops/flux';
import { gitSource } from '../../constructs/git-ops/git-ops';
import { fromArchive, fromRepository } from '../../constructs/helm/chart-source';
import { rendered, type RenderedOptions } from '../../constructs/helm/delivery/rendered';
import { HelmRelease } from '../../constructs/helm/helm-release';
import { type Environment, Platform } from '../../constructs/platform';
import { reportedProblems } from '../../constructs/problem';
import { writeChartLock } from '../../manifests/chart-lock';
import { formatKey, keyOf, type Manifest } from '../../manifests/manifest';
import { synthesize } from '../fixtures/synthesize';
import { findControlPlane } from '../../scripts/control-plane';

const FIXTURE = join(__dirname, 'fixtures', 'charts', 'gates');
let folder: string;
let archive: string;

beforeAll(() => {
  process.env['HELM'] = join(findControlPlane(), 'helm');
  folder = mkdtempSync(join(tmpdir(), 'rendered-'));
  execFileSync(process.env['HELM'], ['package', FIXTURE, '--destination', folder]);
  archive = join(folder, readdirSync(folder)[0] ?? '');
});

afterAll(() => {
  delete process.env['HELM'];
  rmSync(folder, { recursive: true });
});

function platform(values: Record<string, unknown>, options: Partial<RenderedOptions> = {}): Platform {
  const release = { name: 'gates', namespace: 'gates', chart: fromArchive(archive), values };
  return new Platform('test', { delivery: rendered({ kubeVersion: '1.33.0', ...options }), dataProtection: false, releases: [release] });
}

function stages(values: Record<string, unknown> = {}, options?: Partial<RenderedOptions>): Record<string, string[]> {
  const entries = platform(values, options)
    .stages()
    .map(({ name, objects }) => [name, objects.map(({ manifest }) => formatKey(keyOf(manifest)))]);
  return Object.fromEntries(entries) as Record<string, string[]>;
}

function objects(values: Record<string, unknown> = {}, options?: Partial<RenderedOptions>): Manifest[] {
  return platform(values, options)
    .stages()
    .flatMap((stage) => stage.objects.map(({ manifest }) => manifest));
}

function problems(values: Record<string, unknown>, options?: Partial<RenderedOptions>): string[] {
  return reportedProblems(platform(values, options)).map(({ field, message, remedy }) => `${field}: ${message} ${remedy}`.trim());
}

const OTHERS = 'Use another delivery for this release: k3s(), flux() or argoCd() run Helm on the cluster.';

test('renders a vendored chart into plain objects: CRDs in a stage before, namespaces where they are missing, no tests', () => {
  expect(stages()).toEqual({
    '70-gates-crds': ['CustomResourceDefinition gadgets.gates.example.org'],
    '70-gates': ['Namespace gates', 'Service gates/gates-part', 'Deployment gates/gates', 'Gadget one'],
  });
});

test('does not render the CRDs that a release operates: dist has them already, as those of PGO', () => {
  const operates = [{ kind: 'CustomResourceDefinition', name: 'gadgets.gates.example.org', keys: ['v1/Gadget'] }];
  const release = { name: 'gates', namespace: 'gates', chart: fromArchive(archive), operates };
  const without = new Platform('test', { delivery: rendered({ kubeVersion: '1.33.0' }), dataProtection: false, releases: [release] });
  expect(without.stages().map(({ name }) => name)).toEqual(['70-gates']);
});

test('reads what templates write as Helm does: YAML 1.1, and dates as text', () => {
  const deployment = objects().find(({ kind }) => kind === 'Deployment');
  expect(deployment?.metadata.annotations).toMatchObject({ enabled: 'yes', mode: '0o17', since: '2026-11-20' });
});

test.each([
  ['Flux', fluxGitOps],
  ['Argo CD', argoCdGitOps],
])('%s can apply the stages', (_, gitOps) => {
  const source = gitSource('https://example.org/platform', { branch: 'main' });
  const release = { name: 'gates', namespace: 'gates', chart: fromArchive(archive) };
  const environment = {
    delivery: rendered({ kubeVersion: '1.33.0' }),
    dataProtection: false,
    releases: [release],
    gitOps: gitOps({ source }),
  };
  const { files, problems } = synthesize({ trial: environment });
  expect(problems.filter(({ field }) => field === 'gitOps')).toEqual([]);
  expect([...files.keys()].filter((file) => file.includes('/gitops/'))).not.toEqual([]);
});

test('tells the chart the Kubernetes version and the API versions of the cluster', () => {
  const args = (options?: Partial<RenderedOptions>): unknown =>
    (
      objects({}, options).find(({ kind }) => kind === 'Deployment')?.['spec'] as {
        template: { spec: { containers: { args: string[] }[] } };
      }
    ).template.spec.containers[0]?.args;
  expect(args()).toEqual(['v1.33.0']);
  expect(args({ kubeVersion: '1.34.1', apiVersions: ['monitoring.coreos.com/v1'] })).toEqual(['v1.34.1', 'monitored']);
});

test('a List is its items', () => {
  expect(stages({ list: true })['70-gates']).toEqual(expect.arrayContaining(['ConfigMap gates/listed', 'ClusterRole listed']));
});

test('a Job that is named after the revision is named after its content', () => {
  const name = (values: Record<string, unknown>): string =>
    objects({ migration: true, ...values }).find(({ kind }) => kind === 'Job')?.metadata.name ?? '';
  expect(name({})).toMatch(/^gates-migration-[0-9a-f]{8}$/);
  expect(name({})).toBe(name({}));
  expect(name({ image: 'registry.example.org/gates:7.2.0' })).not.toBe(name({}));
});

test.each<[string, Record<string, unknown>, string]>([
  [
    'a random password',
    { randomPassword: true },
    'chart: templates/switches.yaml: ConfigMap random data.password must be the same each time the chart is rendered; it is not. ' +
      `Set the value that the template makes up (a password, a date), or name an existing Secret. ${OTHERS}`,
  ],
  [
    'the date',
    { date: true },
    'chart: templates/switches.yaml: ConfigMap dated metadata.labels.day must be the same each time the chart is rendered; it is not. ' +
      `Set the value that the template makes up (a password, a date), or name an existing Secret. ${OTHERS}`,
  ],
  [
    'a hook',
    { hook: true },
    `chart: templates/hook.yaml: Job gates-hook is a hook (post-install, post-upgrade), which only Helm runs. Switch it off in the values. ${OTHERS}`,
  ],
  [
    'lookup',
    { lookup: true },
    `chart: templates/lookup.yaml: reads objects of the cluster (lookup), which a rendered chart cannot do. Set the value that it looks for. ${OTHERS}`,
  ],
  [
    'lookup in a named template that is included by another',
    { indirectLookup: true },
    `chart: templates/indirect-lookup.yaml: reads objects of the cluster (lookup), which a rendered chart cannot do. Set the value that it looks for. ${OTHERS}`,
  ],
])('%s is a problem with object, field and template', (_name, values, expected) => {
  expect(problems(values)).toEqual([expected]);
});

test('lookup in several templates is a problem of each, also where nothing is rendered without it', () => {
  expect(problems({ lookup: true, onlyIfFound: true }).map((problem) => problem.split(' ')[1])).toEqual([
    'templates/lookup.yaml:',
    'templates/only-if-found.yaml:',
  ]);
});

test('lookup that the values do not reach is none', () => {
  expect(problems({ unreachedLookup: true })).toEqual([]);
  expect(stages({ unreachedLookup: true })['70-gates']).toContain('ConfigMap gates/unreached');
});

test('a Kubernetes version that the chart does not support is a problem', () => {
  expect(problems({}, { kubeVersion: '1.24.9' })).toEqual([
    'chart: gates 1.0.0 needs Kubernetes >=1.25.0-0; got 1.24.9. Choose another version of the chart, or correct kubeVersion of rendered().',
  ]);
});

test('a chart that is not vendored is one problem, with the command', () => {
  const release = { name: 'app', namespace: 'app', chart: fromRepository('https://charts.example.org', 'app', '1.0.0') };
  const app = new Platform('test', { delivery: rendered({ kubeVersion: '1.33.0' }), dataProtection: false, releases: [release] });
  expect(reportedProblems(app).map(({ message, remedy }) => `${message} ${remedy}`)).toEqual([
    'https://charts.example.org app 1.0.0 must be vendored to be rendered. Run: npm run charts:pull, and commit charts/',
  ]);
});

test('without Helm one message says what to install, and which deliveries do not need it', () => {
  const { HELM } = process.env;
  process.env['HELM'] = join(folder, 'no-helm');
  try {
    expect(problems({ image: 'registry.example.org/gates:0.0.1' })).toEqual([
      `chart: ${archive} cannot be rendered: Helm was not found. Install Helm 3.21 or later (https://helm.sh/docs/intro/install), or set HELM to the path of its program. charts:pull, charts:render, charts:check and the delivery rendered() need it; k3s(), flux() and argoCd() do not.`,
    ]);
  } finally {
    process.env['HELM'] = HELM;
  }
});

test('an unchanged synthesis starts no Helm', () => {
  const { HELM } = process.env;
  objects({ image: 'registry.example.org/gates:9.9.9' });
  process.env['HELM'] = join(folder, 'no-helm');
  try {
    expect(problems({ image: 'registry.example.org/gates:9.9.9' })).toEqual([]);
  } finally {
    process.env['HELM'] = HELM;
  }
});

test('a Secret with data is a finding of the checks, and its path names the template', () => {
  const release = { name: 'gates', namespace: 'gates', chart: fromArchive(archive), values: { secret: 'x' } };
  const environment = { delivery: rendered({ kubeVersion: '1.33.0' }), dataProtection: false, releases: [release] };
  const found = synthesize({ local: environment }).problems.filter(({ path }) => path.includes('secret.yaml'));
  expect(found).toHaveLength(1);
  expect(found[0]?.path).toBe('70-gates/releases[0]/objects-templates.secret.yaml-Secret-gates-gates');
});

describe('the lock file', () => {
  const environment = (image: string): Environment => {
    const release = { name: 'gates', namespace: 'gates', chart: fromArchive(archive), values: { image } };
    return { delivery: rendered({ kubeVersion: '1.33.0' }), dataProtection: false, releases: [release] };
  };
  const before = process.cwd();
  beforeEach(() => process.chdir(folder));
  afterEach(() => process.chdir(before));

  test('accepts what it records, and a rendering of other values', () => {
    const { rendered: renderings } = synthesize({ local: environment('registry.example.org/gates:7.1.0') });
    writeChartLock({ charts: [], rendered: renderings });
    expect(synthesize({ local: environment('registry.example.org/gates:7.1.0') }).problems).toEqual([]);
    expect(synthesize({ local: environment('registry.example.org/gates:7.1.1') }).problems).toEqual([]);
  });

  test('refuses another output of the same, with both checksums and versions of Helm', () => {
    const { rendered: renderings } = synthesize({ local: environment('registry.example.org/gates:7.1.0') });
    const now = renderings['local/gates'] ?? { inputs: '', output: '', helm: '' };
    writeChartLock({ charts: [], rendered: { 'local/gates': { ...now, output: 'abc', helm: 'v3.20.0' } } });
    expect(synthesize({ local: environment('registry.example.org/gates:7.1.0') }).problems).toEqual([
      expect.objectContaining({
        environment: 'local',
        message: `must be rendered to what charts/charts.lock.json records (sha256 abc); got ${now.output} (Helm v3.20.0 then, Helm ${now.helm} now).`,
      }),
    ]);
  });
});

test('works in an App of its own, without a Platform', () => {
  const chart = new Chart(platform({}), 'own');
  const props = { name: 'own', namespace: 'own', chart: fromArchive(archive), delivery: rendered({ kubeVersion: '1.33.0' }) };
  new HelmRelease(chart, 'release', props);
  expect(chart.toJson().map((object: Manifest) => object.kind)).toEqual(expect.arrayContaining(['Namespace', 'Deployment', 'Service']));
});
