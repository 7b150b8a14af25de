import { argoCdGitOps } from '../../constructs/git-ops/argo-cd';
import { fluxGitOps } from '../../constructs/git-ops/flux';
import { gitSource } from '../../constructs/git-ops/git-ops';
import { fromGit, fromOci, fromRepository } from '../../constructs/helm/chart-source';
import { argoCd } from '../../constructs/helm/delivery/argo-cd';
import { flux } from '../../constructs/helm/delivery/flux';
import { type Environment as PlatformEnvironment, Platform } from '../../constructs/platform';
import { contractOf } from '../../manifests/contract';
import { environments } from '../fixtures/environments';
import type { Manifest } from '../../manifests/manifest';
import { type ControlPlane, startControlPlane } from './harness/control-plane';
import { type Crd, CRDS, install } from './harness/crds';
import { FIXTURES } from '../fixtures/dist';
import { type Environment, ENVIRONMENTS, LOCAL, objectsIn, printed } from './harness/dist';
import type { Kubectl, KubectlResult } from './harness/kubectl';
import { served } from './harness/served';

/** kubectl's two manners of applying, and what each says when it has made an object, or sees it again. */
const CLIENT_SIDE = { manner: 'kubectl apply', flags: [], made: 'created', again: 'unchanged' };
const SERVER_SIDE = {
  manner: 'kubectl apply --server-side',
  flags: ['--server-side'],
  made: 'serverside-applied',
  again: 'serverside-applied',
};

const RUNS = [...ENVIRONMENTS.map((environment) => ({ environment, ...CLIENT_SIDE })), { environment: LOCAL, ...SERVER_SIDE }];

type Run = (typeof RUNS)[number];

const STRICT = ['--server-side', '--dry-run=server', '--validate=strict'];

const NOT_SERVED =
  /^(?:error: )?resource mapping not found for name: "(.*)" namespace: ".*" from ".*": no matches for kind "(.*)" in version "(.*)"$/;

function apply(kubectl: Kubectl, { folder }: Environment, ...flags: readonly string[]): Promise<KubectlResult> {
  return kubectl.run(['apply', '-f', folder, ...flags], { workingDirectory: FIXTURES });
}

/** What kubectl prints when it did the same to each of these objects. */
function each(objects: readonly Manifest[], done: string): string[] {
  // kubectl always sends the selector of a PodDisruptionBudget, because Kubernetes' types say that it is replaced as a whole. It changes nothing.
  const said = ({ kind }: Manifest): string => (kind === 'PodDisruptionBudget' && done === 'unchanged' ? 'configured' : done);
  return objects.map((object) => `${printed(object)} ${said(object)}`);
}

const namespaceNamed = (name: string): Manifest => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

/** The namespaces that the cluster has before: those of Flux, for example. */
function neededNamespaces(objects: readonly Manifest[]): Manifest[] {
  const needs = objects.flatMap((object) => contractOf(object).needs ?? []);
  const names = needs.filter(({ kind }) => kind === 'Namespace').map(({ name }) => name);
  return ['default', ...new Set(names)].map(namespaceNamed);
}

const GIT = gitSource('https://example.org/platform', { branch: 'main' });

const RELEASES: PlatformEnvironment['releases'] = [
  { name: 'http', namespace: 'tools', chart: fromRepository('https://charts.example.org', 'tool', '1.2.3'), values: { a: [1, null] } },
  { name: 'oci', namespace: 'tools', chart: fromOci('oci://registry.example.org/tool', '1.2.3', `sha256:${'a'.repeat(64)}`) },
  { name: 'git', namespace: 'tools', chart: fromGit('https://example.org/a', { path: 'chart', tag: 'v1.2.3', commit: 'a'.repeat(40) }) },
];

const without = (all: readonly Manifest[], some: readonly Manifest[]): Manifest[] => all.filter((object) => !some.includes(object));

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

const complaint = ({ apiVersion, kind, metadata }: Manifest): string => `${apiVersion} ${kind} ${metadata.name}`;

/** The objects that kubectl could not apply because their kinds are not served; any other complaint stays as it is. */
function complaints(stderr: string): string[] {
  return lines(stderr)
    .filter((line) => line !== 'ensure CRDs are installed first')
    .map((line) => line.replace(NOT_SERVED, '$3 $2 $1'));
}

/** What kubectl has written to each object, and when: any further write would change it, and nothing that Kubernetes' controllers write does. */
async function writtenTo(kubectl: Kubectl, { folder }: Environment): Promise<string[]> {
  const answer = await kubectl.output(['get', '-f', folder, '-o', 'json', '--show-managed-fields'], { workingDirectory: FIXTURES });
  return (JSON.parse(answer) as { items: Live[] }).items.map(({ kind, metadata: { name, generation, managedFields } }) => {
    return JSON.stringify([kind, name, generation, managedFields.filter(({ manager }) => manager.startsWith('kubectl'))]);
  });
}

interface Live {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly generation?: number;
    readonly managedFields: readonly { readonly manager: string }[];
  };
}

/** What an environment expects of its cluster, and what comes with it. */
function kindsOf(environment: Environment): {
  objects: Manifest[];
  /** What the cluster has before. */
  onCluster: Crd[];
  /** The names of what is in dist itself. */
  own: string[];
  /** The objects that a first apply cannot make, because their CRDs come with it. */
  early: Manifest[];
} {
  const objects = objectsIn(environment);
  const own = objects.filter(({ kind }) => kind === 'CustomResourceDefinition');
  const used = CRDS.filter((crd) => objects.some((object) => crd.defines(object)));
  const ownKinds = own.map(({ spec }) => (spec as { names: { kind: string } }).names.kind);
  return {
    objects,
    onCluster: used.filter(({ name }) => !own.some(({ metadata }) => metadata.name === name)),
    own: own.map(({ metadata }) => metadata.name),
    early: objects.filter(({ kind }) => ownKinds.includes(kind)),
  };
}

/** What kubectl prints at each step of docs/with-kubectl.md. */
interface Steps {
  readonly first: KubectlResult;
  readonly second: KubectlResult;
  readonly written: readonly string[];
  readonly third: KubectlResult;
  readonly writtenAfter: readonly string[];
  /** After a change to server-side apply. */
  readonly serverSide: KubectlResult;
}

async function steps({ environment, flags }: Run): Promise<Steps> {
  const { onCluster, own } = kindsOf(environment);
  const controlPlane = await startControlPlane();
  try {
    const { kubectl } = controlPlane;
    await install(kubectl, onCluster);
    await kubectl.apply(neededNamespaces(objectsIn(environment)));
    const first = await apply(kubectl, environment, ...flags);
    await served(kubectl, ...own);
    const second = await apply(kubectl, environment, ...flags);
    const written = await writtenTo(kubectl, environment);
    const third = await apply(kubectl, environment, ...flags);
    const writtenAfter = await writtenTo(kubectl, environment);
    const serverSide = await apply(kubectl, environment, '--server-side');
    return { first, second, written, third, writtenAfter, serverSide };
  } finally {
    await controlPlane.stop();
  }
}

describe('on a new cluster', () => {
  /** All at once, each on a cluster of its own: most of the time is spent waiting. */
  let runs: ReadonlyMap<Run, Steps>;

  beforeAll(async () => {
    runs = new Map(await Promise.all(RUNS.map(async (run) => [run, await steps(run)] as const)));
  });

  describe.each(RUNS)('$manner -f $environment.folder', (run) => {
    const { environment, made, again } = run;
    const { objects, early } = kindsOf(environment);
    const done = (): Steps => runs.get(run) as Steps;

    test('applies all but the objects whose CRDs come with it, names those, and exits with 1', () => {
      const { code, stdout, stderr } = done().first;
      expect(early.map(({ kind }) => kind)).toContain('PostgresCluster');
      expect(complaints(stderr)).toEqual(early.map(complaint));
      expect(lines(stdout)).toEqual(each(without(objects, early), made));
      expect(code).toBe(1);
    });

    test('exits with 0 the second time, when the CRDs of the first are established', () => {
      const { code, stdout, stderr } = done().second;
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(lines(stdout)).toEqual(objects.flatMap((object) => each([object], early.includes(object) ? made : again)));
    });

    test('changes nothing the third time', () => {
      const { third, written, writtenAfter } = done();
      expect(third).toEqual({ code: 0, stdout: `${each(objects, again).join('\n')}\n`, stderr: '' });
      expect(written).toHaveLength(objects.length);
      expect(writtenAfter).toEqual(written);
    });

    test('can be followed by a server-side apply, which meets no conflict', () => {
      expect(done().serverSide).toMatchObject({ code: 0, stderr: '' });
    });
  });
});

describe('a cluster with all CRDs', () => {
  let controlPlane: ControlPlane;
  let kubectl: Kubectl;

  beforeAll(async () => {
    controlPlane = await startControlPlane();
    ({ kubectl } = controlPlane);
    await install(kubectl, CRDS);
    const own = objectsIn(LOCAL).filter(({ kind }) => kind === 'CustomResourceDefinition');
    await kubectl.apply(own, '--server-side');
    await served(kubectl, ...own.map(({ metadata }) => metadata.name));
  });

  afterAll(async () => {
    await controlPlane?.stop();
  });

  test.each(ENVIRONMENTS)('accepts every object of $folder under strict validation, without a warning', async (environment) => {
    // A dry run creates no namespaces for the objects after them.
    const objects = objectsIn(environment);
    const namespaces = [...objects.filter(({ kind }) => kind === 'Namespace'), ...neededNamespaces(objects)];
    expect(await kubectl.apply(namespaces, '--server-side')).toMatchObject({ code: 0 });
    const { code, stdout, stderr } = await apply(kubectl, environment, ...STRICT);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(lines(stdout)).toEqual(each(objectsIn(environment), 'serverside-applied (server dry run)'));
  });

  test.each<[string, Partial<PlatformEnvironment>]>([
    ['flux()', { delivery: flux(), gitOps: fluxGitOps({ source: GIT }), releases: RELEASES }],
    ['argoCd()', { delivery: argoCd(), gitOps: argoCdGitOps({ source: GIT }), releases: RELEASES }],
  ])('accepts every object of the delivery and of gitOps under %s likewise', async (_, change) => {
    const { local } = environments;
    const stages = new Platform('local', { ...(local as PlatformEnvironment), ...change }).stages();
    const entry = change.gitOps?.files({ environment: 'local', folder: 'dist', stages }) ?? new Map<string, Manifest[]>();
    const all = [...stages.flatMap(({ objects }) => objects.map(({ manifest }) => manifest)), ...[...entry.values()].flat()];
    const objects = all.filter(({ apiVersion }) => /(\.fluxcd\.io|argoproj\.io)\//.test(apiVersion));
    expect(objects.length).toBeGreaterThan(8);
    await kubectl.apply(['flux-system', 'argocd'].map(namespaceNamed));
    const { code, stdout, stderr } = await kubectl.apply(objects, ...STRICT);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(lines(stdout)).toEqual(each(objects, 'serverside-applied (server dry run)'));
  });

  test('without those of dist needs two passes of kubectl apply --server-side', async () => {
    const { early, onCluster, own } = kindsOf(LOCAL);
    // Data protection is in force on it afterwards.
    const another = await startControlPlane();
    try {
      await install(another.kubectl, onCluster);
      const first = await apply(another.kubectl, LOCAL, '--server-side');
      expect(complaints(first.stderr)).toEqual(early.map(complaint));
      await served(another.kubectl, ...own);
      expect(await apply(another.kubectl, LOCAL, '--server-side')).toMatchObject({ code: 0, stderr: '' });
    } finally {
      await another.stop();
    }
  });

  test('names a misspelt field, in a built-in kind and in a custom one', async () => {
    const objects = objectsIn(LOCAL);
    const misspelt = (wanted: string): Promise<KubectlResult> => {
      const object = objects.find(({ kind }) => kind === wanted);
      // Text, because a list would be validated by kubectl, which knows less.
      return kubectl.apply(JSON.stringify({ ...object, spec: { ...(object?.spec as object), misspelt: 1 } }), ...STRICT);
    };
    expect(await misspelt('PostgresCluster')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('.spec.misspelt: field not declared'),
    });
    expect(await misspelt('Ingress')).toMatchObject({ code: 1, stderr: expect.stringContaining('.spec.misspelt: field not declared') });
  });
});
