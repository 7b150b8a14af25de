import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { argoCdGitOps } from '../../../constructs/git-ops/argo-cd';
import { fluxGitOps } from '../../../constructs/git-ops/flux';
import { artifactSource, canPrune, type GitOps, type GitOpsInput, gitSource } from '../../../constructs/git-ops/git-ops';
import type { Delivery } from '../../../constructs/helm/delivery';
import { argoCd } from '../../../constructs/helm/delivery/argo-cd';
import { flux } from '../../../constructs/helm/delivery/flux';
import { k3s } from '../../../constructs/helm/delivery/k3s';
import { Platform } from '../../../constructs/platform';
import { listOf, valueAt } from '../../../manifests/fields';
import type { Manifest } from '../../../manifests/manifest';
import { compareStages, type Stage } from '../../../manifests/stage';
import { environments } from '../../fixtures/environments';
import { synthesize } from '../../fixtures/synthesize';

const GIT = gitSource('https://example.org/platform', { branch: 'main' });
const FLUX = fluxGitOps({ source: GIT });
const ARGO_CD = argoCdGitOps({ source: GIT });

function inputOf(name: string, delivery: Delivery): GitOpsInput {
  const environment = environments[name];
  if (!environment) throw new Error(`no environment ${name}`);
  return { environment: name, folder: `dist/${name}`, stages: new Platform(name, { ...environment, delivery }).stages() };
}

const objects = (gitOps: GitOps, input: GitOpsInput): Manifest[] => [...gitOps.files(input).values()].flat();
const filesOf = (gitOps: GitOps, input: GitOpsInput): string[] => [...gitOps.files(input).keys()];
const named = (all: readonly Manifest[], name: string): Manifest | undefined => all.find(({ metadata }) => metadata.name === name);

const NAMES = Object.keys(environments);

/** Which stages are applied only after which, from what each way of applying says. */
type Order = readonly (readonly [before: string, after: string])[];

function pairs(names: readonly string[]): Order {
  return names.flatMap((after, index) => names.slice(0, index).map((before) => [before, after] as const));
}

/** deploy and kubectl: the order of the files. */
const byFiles = ({ stages }: GitOpsInput): Order => pairs(stages.map(({ name }) => name).sort(compareStages));

/** Flux: a Kustomization after all that it depends on, and what these depend on. */
function byDependencies(input: GitOpsInput): Order {
  const all = objects(FLUX, input).filter(({ apiVersion }) => apiVersion === 'kustomize.toolkit.fluxcd.io/v1');
  const before = (name: string): string[] => {
    const direct = listOf(valueAt(named(all, name)?.['spec'], 'dependsOn')).map((dependency) => String(valueAt(dependency, 'name')));
    return direct.flatMap((one) => [...before(one), one]);
  };
  const stageOf = (name: string): string => name.slice(input.environment.length + 1);
  return all.flatMap(({ metadata: { name } }) => before(name).map((one) => [stageOf(one), stageOf(name)] as const));
}

/** Argo CD: an Application after all of a smaller wave. */
function byWaves(input: GitOpsInput): Order {
  const all = ARGO_CD.files(input).get('applications/applications.k8s.yaml') ?? [];
  const waves = all.map(({ metadata }) => ({
    stage: metadata.name.slice(input.environment.length + 1),
    wave: Number(metadata.annotations?.['argocd.argoproj.io/sync-wave']),
  }));
  return waves.flatMap(({ stage, wave }) => waves.filter((other) => other.wave < wave).map((other) => [other.stage, stage] as const));
}

const sorted = (order: Order): string[] => order.map((pair) => pair.join(' before ')).sort();

describe.each(NAMES)('the stages of %s', (name) => {
  test('have the same order with deploy, Flux and Argo CD', () => {
    const expected = sorted(byFiles(inputOf(name, k3s())));
    expect(expected.length).toBeGreaterThan(0);
    expect(sorted(byDependencies(inputOf(name, flux())))).toEqual(expected);
    expect(sorted(byWaves(inputOf(name, argoCd())))).toEqual(expected);
  });

  test('have each a Kustomization that waits, and whose folder names its file', () => {
    const input = inputOf(name, flux());
    const files = FLUX.files(input);
    for (const stage of input.stages) {
      const kustomization = named(files.get('flux.k8s.yaml') ?? [], `${name}-${stage.name}`);
      expect(kustomization?.['spec']).toMatchObject({
        wait: true,
        timeout: '30m',
        prune: canPrune(stage),
        path: `./dist/${name}/gitops/stages/${stage.name}`,
        sourceRef: { kind: 'GitRepository', name },
      });
      expect(files.get(`stages/${stage.name}/kustomization.yaml`)).toMatchObject([{ resources: [`../../../${stage.name}.k8s.yaml`] }]);
    }
  });
});

describe('the entry of Flux', () => {
  const input = inputOf('production', flux());

  test('is one file beside folders that kubectl does not read', () => {
    expect(filesOf(FLUX, input).filter((file) => !file.includes('/'))).toEqual(['flux.k8s.yaml']);
  });

  test('follows its own file, and leaves the stages when it is deleted', () => {
    expect(FLUX.files(input).get('entry/kustomization.yaml')).toMatchObject([{ resources: ['../flux.k8s.yaml'] }]);
    expect(named(objects(FLUX, input), 'production')?.kind).toBe('GitRepository');
    const root = objects(FLUX, input).find(({ kind, metadata }) => kind === 'Kustomization' && metadata.name === 'production');
    expect(root?.['spec']).toMatchObject({ path: './dist/production/gitops/entry', prune: true, deletionPolicy: 'Orphan' });
  });

  test('can be an artifact, with a Secret', () => {
    const gitOps = fluxGitOps({ source: artifactSource('oci://ghcr.io/example/platform', { tag: 'latest', secret: 'registry' }) });
    expect(named(objects(gitOps, input), 'production')).toMatchObject({
      kind: 'OCIRepository',
      spec: { url: 'oci://ghcr.io/example/platform', ref: { tag: 'latest' }, secretRef: { name: 'registry' } },
    });
  });

  test('waits for the PostgresCluster by an expression', () => {
    const [check] = listOf(valueAt(named(objects(FLUX, input), 'production-30-postgres')?.['spec'], 'healthCheckExprs'));
    expect(check).toMatchObject({ kind: 'PostgresCluster', current: expect.stringContaining('stanzaCreated') as string });
    expect(named(objects(FLUX, input), 'production-50-cvat')?.['spec']).not.toHaveProperty('healthCheckExprs');
  });
});

describe('the entry of Argo CD', () => {
  const input = inputOf('production', argoCd());

  test('is a parent, its children by waves, and a patch', () => {
    expect(filesOf(ARGO_CD, input)).toEqual(['argo-cd.k8s.yaml', 'applications/applications.k8s.yaml', 'health/argocd-cm.k8s.yaml']);
    expect(named(objects(ARGO_CD, input), 'production')?.['spec']).toMatchObject({
      source: { repoURL: 'https://example.org/platform', targetRevision: 'main', path: 'dist/production/gitops/applications' },
    });
    expect(named(objects(ARGO_CD, input), 'production-30-postgres')).toMatchObject({
      spec: { source: { path: 'dist/production', directory: { include: '30-postgres.k8s.yaml' } } },
    });
  });

  test('keeps the objects of what cannot be pruned when an Application is deleted', () => {
    expect(named(objects(ARGO_CD, input), 'production-30-postgres')?.metadata).not.toHaveProperty('finalizers');
    const pruned = input.stages.filter(canPrune).map(({ name }) => `production-${name}`);
    for (const name of pruned) {
      expect(named(objects(ARGO_CD, input), name)?.metadata).toHaveProperty('finalizers', [
        'resources-finalizer.argocd.argoproj.io/foreground',
      ]);
    }
  });
});

test('the command of docs/deliveries.md selects the Applications of the stages, and not those of releases', () => {
  const page = readFileSync(join(__dirname, '../../../docs/deliveries.md'), 'utf8');
  const pattern = new RegExp(/get applications -o name \| grep -E '([^']+)'/.exec(page)?.[1] ?? '^no such command$');
  const input = inputOf('production', argoCd());
  const ofStages = objects(ARGO_CD, input).filter(({ kind }) => kind === 'Application');
  const ofReleases = input.stages
    .flatMap((stage) => stage.objects.map(({ manifest }) => manifest))
    .filter(({ kind }) => kind === 'Application');
  const selected = (all: readonly Manifest[]): string[] =>
    all.map(({ metadata }) => `application.argoproj.io/${metadata.name}`).filter((name) => pattern.test(name));
  expect(selected(ofStages)).toHaveLength(input.stages.length + 1);
  expect(ofReleases.length).toBeGreaterThan(0);
  expect(selected(ofReleases)).toEqual([]);
});

test('the commands of docs/deliveries.md suspend the Kustomizations of the environment alone, and delete the source by its name', () => {
  const page = readFileSync(join(__dirname, '../../../docs/deliveries.md'), 'utf8');
  const [, uninstall = ''] = page.split('### Uninstall');
  const [, label = '', value = ''] = /get kustomizations -l ([^=\s]+)=(\S+) -o name/.exec(uninstall) ?? [];
  const all = objects(FLUX, inputOf('production', flux()));
  const labelled = all.filter(({ metadata }) => metadata.labels?.[label] === value);
  expect(labelled).toEqual(all.filter(({ apiVersion }) => !apiVersion.startsWith('kustomize.config.k8s.io/')));
  expect(uninstall).not.toMatch(/suspend .*--all/);
  const [, kind, name] = /delete (gitrepository) (\S+)/.exec(uninstall) ?? [];
  expect(all.filter((object) => object.kind.toLowerCase() === kind && object.metadata.name === name)).toHaveLength(1);
});

describe('a stage is not pruned', () => {
  const stage = (manifest: Partial<Manifest>): Stage => ({
    name: '70-a',
    objects: [{ path: 'a', manifest: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, ...manifest } }],
  });

  test.each<[string, Partial<Manifest>]>([
    ['a namespace', { kind: 'Namespace' }],
    ['a claim', { kind: 'PersistentVolumeClaim' }],
    ['a PostgresCluster', { apiVersion: 'postgres-operator.crunchydata.com/v1beta1', kind: 'PostgresCluster' }],
    ['a CRD', { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }],
    ['a policy', { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy' }],
    ['what says that it holds data', { metadata: { name: 'a', annotations: { 'platform.kapernikov.com/holds-data': 'all of it' } } }],
    [
      'an operator',
      {
        metadata: {
          name: 'a',
          annotations: { 'platform.kapernikov.com/operates': 'CustomResourceDefinition widgets.example.org: v1/Widget' },
        },
      },
    ],
  ])('that has %s', (_, manifest) => {
    expect(canPrune(stage({}))).toBe(true);
    expect(canPrune(stage(manifest))).toBe(false);
  });
});

describe('combinations', () => {
  const DELIVERIES = { k3s: k3s(), flux: flux(), argoCd: argoCd() };
  const VALID = ['none k3s', 'none flux', 'none argoCd', 'flux flux', 'argoCd argoCd'];
  const all = Object.entries({ none: undefined, flux: FLUX, argoCd: ARGO_CD }).flatMap(([gitOpsName, gitOps]) =>
    Object.entries(DELIVERIES).map(([deliveryName, delivery]) => ({ what: `${gitOpsName} ${deliveryName}`, gitOps, delivery })),
  );

  test.each(all.filter(({ what }) => VALID.includes(what)))(
    'gitOps and delivery $what: every environment is written',
    ({ gitOps, delivery }) => {
      for (const [name, environment] of Object.entries(environments)) {
        const { problems, files } = synthesize({ [name]: { ...environment, acknowledged: [], delivery, gitOps } });
        const known = /superUser\.initialPassword|^timeout/;
        expect(problems.filter(({ field }) => !known.test(field))).toEqual([]);
        expect([...files.keys()].some((file) => file.includes('gitops/'))).toBe(gitOps !== undefined);
      }
    },
  );

  test.each(all.filter(({ what }) => !VALID.includes(what)))(
    'gitOps and delivery $what is a problem with a remedy',
    ({ gitOps, delivery }) => {
      const { local: environment } = environments;
      const { problems } = synthesize({ local: { ...environment, delivery, gitOps } });
      expect(problems.map(({ path, field }) => `${path} ${field}`)).toEqual(['20-postgres-operator gitOps', '50-cvat gitOps']);
      expect(problems[0]?.remedy).toMatch(/^Set delivery to (flux|argoCd)\(\) or rendered\(\), or leave gitOps out\.$/);
    },
  );
});
