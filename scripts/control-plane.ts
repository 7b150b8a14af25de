/**
 * Makes sure that the programs of a Kubernetes control plane, and those with which k3s installs charts, exist for test/e2e, and prints the
 * folder that holds them. They are built once from source, because that needs only Go and works on every platform, and they stay in a cache
 * outside the repository. All come from one Go module, so that what they have in common is compiled once. With the argument `flux` it builds the
 * controllers of Flux instead.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** In the order of building: what takes longest comes last and shares most of its packages with those before it. */
const PROGRAMS = [
  { name: 'etcd', source: 'go.etcd.io/etcd/server/v3' },
  { name: 'kubectl', source: 'k8s.io/kubernetes/cmd/kubectl' },
  { name: 'helm', source: 'helm.sh/helm/v3/cmd/helm' },
  { name: 'helm-controller', source: 'github.com/k3s-io/helm-controller' },
  { name: 'kube-controller-manager', source: 'k8s.io/kubernetes/cmd/kube-controller-manager' },
  { name: 'kube-apiserver', source: 'k8s.io/kubernetes/cmd/kube-apiserver' },
] as const;

export type BuiltProgram = (typeof PROGRAMS)[number]['name'];

interface Program {
  readonly name: string;
  readonly source: string;
}

/**
 * Flux' controllers, the registry that test/e2e publishes charts in, and the Helm 4 that Flux contains. A Go module of their own, because they need
 * other versions of packages. In the order of building: the first compiles most of what the others share.
 */
const FLUX_PROGRAMS = [
  { name: 'kustomize-controller', source: 'github.com/fluxcd/kustomize-controller' },
  { name: 'helm-controller', source: 'github.com/fluxcd/helm-controller' },
  { name: 'source-controller', source: 'github.com/fluxcd/source-controller' },
  { name: 'registry', source: 'github.com/google/go-containerregistry/cmd/registry' },
  { name: 'helm', source: 'helm.sh/helm/v4/cmd/helm' },
] as const;

export type FluxProgram = (typeof FLUX_PROGRAMS)[number]['name'];

const FLUX_MODULE = join(__dirname, '..', 'test', 'e2e', 'flux');

const GO_MODULE = join(__dirname, '..', 'test', 'e2e', 'kubernetes');
const GO_ENVIRONMENT = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOWORK: 'off' };
const ONE_DAY = 24 * 60 * 60 * 1000;

/** An error that the user can fix. Only its message is printed, without a stack trace. */
export class ControlPlaneProblem extends Error {
  override readonly name = 'ControlPlaneProblem';
}

/** The versions as go.mod has them, the only place that states them: "v1.36.4", and for Go "1.26.0", the oldest that builds them. */
export type Versions = Readonly<Record<'kubernetes' | 'etcd' | 'helm' | 'helmController' | 'go', string>>;

export function controlPlaneVersions(): Versions {
  const goMod = readFileSync(join(GO_MODULE, 'go.mod'), 'utf8');
  const find = (what: string, pattern: RegExp): string => {
    const version = pattern.exec(goMod)?.[1];
    if (version === undefined) throw new ControlPlaneProblem(`test/e2e/kubernetes/go.mod names no version of ${what}: restore that line.`);
    return version;
  };
  return {
    kubernetes: find('Kubernetes', /^\s*k8s\.io\/kubernetes (v\S+)/m),
    etcd: find('etcd', /^\s*go\.etcd\.io\/etcd\/server\/v3 (v\S+)/m),
    helm: find('Helm', /^\s*helm\.sh\/helm\/v3 (v\S+)/m),
    helmController: find("k3s' Helm controller", /^\s*github\.com\/k3s-io\/helm-controller (v\S+)/m),
    go: find('Go', /^go (\S+)/m),
  };
}

/**
 * Without these version variables the API server calls itself v0.0.0-master, which some clients refuse, and Helm believes in Kubernetes 1.20,
 * which some charts refuse. The flags are the same for all programs: a program without such a variable ignores it.
 */
function buildFlags({ kubernetes, helm }: Versions): string[] {
  const [major, minor] = kubernetes.slice(1).split('.');
  const values = [`gitVersion=${kubernetes}`, `gitMajor=${major}`, `gitMinor=${minor}`, 'gitTreeState=clean'];
  const variables = [
    ...['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((holder) => values.map((value) => `${holder}.${value}`)),
    `helm.sh/helm/v3/internal/version.version=${helm}`,
    `helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=${major}`,
    `helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=${minor}`,
  ];
  return ['-trimpath', '-ldflags', ['-s', '-w', ...variables.map((variable) => `-X ${variable}`)].join(' ')];
}

/** The cache folder of exactly this go.mod, these flags and this machine: a change of any of them is another folder. */
function cacheFolder(module: string, flags: readonly string[], prefix: string): string {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(module, file)));
  hash.update(JSON.stringify([flags, process.platform, process.arch]));
  const configured = process.env['XDG_CACHE_HOME'];
  const caches = configured !== undefined && isAbsolute(configured) ? configured : join(homedir(), '.cache');
  return join(caches, 'third-party-platform', 'control-plane', `${prefix}-${hash.digest('hex').slice(0, 12)}`);
}

const controlPlaneFolder = (versions: Versions): string => cacheFolder(GO_MODULE, buildFlags(versions), versions.kubernetes);
const fluxFolder = (): string => cacheFolder(FLUX_MODULE, fluxFlags(), 'flux');

/** Without the variable, Helm 4 calls itself v4.2. */
function fluxFlags(): string[] {
  const helm = /^\s*helm\.sh\/helm\/v4 (v\S+)/m.exec(readFileSync(join(FLUX_MODULE, 'go.mod'), 'utf8'))?.[1];
  if (helm === undefined) throw new ControlPlaneProblem('test/e2e/flux/go.mod names no version of Helm 4: restore that line.');
  return ['-trimpath', '-ldflags', `-s -w -X helm.sh/helm/v4/internal/version.version=${helm}`];
}

const missingPrograms = (folder: string, programs: readonly Program[] = PROGRAMS): string[] =>
  programs.map((program) => program.name).filter((name) => !existsSync(join(folder, name)));

/** The folder of KUBEBUILDER_ASSETS, the convention of controller-runtime's envtest, or nothing when that is not set. */
function givenFolder(): string | undefined {
  const given = process.env['KUBEBUILDER_ASSETS'];
  if (given === undefined || given === '') return undefined;
  const missing = missingPrograms(given);
  if (missing.length > 0) {
    throw new ControlPlaneProblem(
      `KUBEBUILDER_ASSETS is ${given}, but that folder has no ${missing.join(', no ')}.\n` +
        `Put the missing there, in the version of the others, or unset KUBEBUILDER_ASSETS: then "npm run control-plane" builds all of them with Go.`,
    );
  }
  return resolve(given);
}

/** The folder of the programs. Never builds them, because that takes minutes. */
export function findControlPlane(): string {
  const given = givenFolder();
  if (given !== undefined) return given;
  const folder = controlPlaneFolder(controlPlaneVersions());
  const missing = missingPrograms(folder);
  if (missing.length === 0) return folder;
  throw new ControlPlaneProblem(
    `The control plane is not built yet: ${folder} has no ${missing.join(', no ')}.\nRun "npm run control-plane".`,
  );
}

/** The folder of Flux' controllers, for tests: never builds. */
export function findFlux(): string {
  const folder = fluxFolder();
  const missing = missingPrograms(folder, FLUX_PROGRAMS);
  if (missing.length === 0) return folder;
  throw new ControlPlaneProblem(`Flux is not built yet: ${folder} has no ${missing.join(', no ')}.\nRun "npm run control-plane flux".`);
}

/** The same, after building those that are missing. */
export async function ensureFlux(interrupt?: AbortSignal): Promise<string> {
  const folder = fluxFolder();
  if (missingPrograms(folder, FLUX_PROGRAMS).length === 0) return folder;
  requireGo(controlPlaneVersions().go);
  report(`building the controllers of Flux and Helm 4 into ${folder}: needed once, takes minutes`);
  await buildAll({ module: FLUX_MODULE, programs: FLUX_PROGRAMS, folder, flags: fluxFlags() }, interrupt);
  return folder;
}

/** The folder of the programs, after building those that are missing. */
export async function ensureControlPlane(interrupt?: AbortSignal): Promise<string> {
  const given = givenFolder();
  if (given !== undefined) return given;
  const versions = controlPlaneVersions();
  const folder = controlPlaneFolder(versions);
  if (missingPrograms(folder).length === 0) return folder;
  requireGo(versions.go);
  const { kubernetes, etcd, helm, helmController } = versions;
  report(`building Kubernetes ${kubernetes}, etcd ${etcd}, Helm ${helm} and k3s' Helm controller ${helmController}`);
  report(`into ${folder}: needed once, takes minutes`);
  await buildAll({ module: GO_MODULE, programs: PROGRAMS, folder, flags: buildFlags(versions) }, interrupt);
  return folder;
}

interface Build {
  /** The folder of go.mod. */
  readonly module: string;
  readonly programs: readonly Program[];
  readonly folder: string;
  readonly flags: readonly string[];
}

async function buildAll(all: Build, interrupt?: AbortSignal): Promise<void> {
  const { programs, folder } = all;
  mkdirSync(folder, { recursive: true });
  removeLeftovers(folder);
  for (const [index, program] of programs.entries()) {
    // Asked again before each: another run may have built it in the meantime.
    if (existsSync(join(folder, program.name))) continue;
    await build(program, `${program.name} (${index + 1} of ${programs.length})`, all, interrupt);
  }
}

/** Asks inside the module's folder, where a Go that is too old either fetches the right toolchain by itself or says that it must not. */
function requireGo(needed: string): void {
  const remedy = `Install Go ${needed} or newer, or set KUBEBUILDER_ASSETS to a folder with ${PROGRAMS.map((program) => program.name).join(', ')}.`;
  const go = spawnSync('go', ['env', 'GOVERSION'], { cwd: GO_MODULE, env: GO_ENVIRONMENT, encoding: 'utf8' });
  if (go.error !== undefined)
    throw new ControlPlaneProblem(`The control plane is built with Go, but "go" does not run: ${go.error.message}.\n${remedy}`);
  const found = /^go(\d+)\.(\d+)/.exec(go.stdout);
  const [major = 0, minor = 0] = needed.split('.').map(Number);
  const enough = found !== null && (Number(found[1]) > major || (Number(found[1]) === major && Number(found[2]) >= minor));
  if (go.status !== 0 || !enough) {
    const said = go.stderr.trim() || `"go env GOVERSION" says ${go.stdout.trim() || 'nothing'}`;
    throw new ControlPlaneProblem(`This Go cannot build the control plane, which needs ${needed}: ${said}\n${remedy}`);
  }
}

/** Builds in a folder of its own and renames: a program in the cache is whole, also after an interrupt and with a concurrent run. */
async function build(program: Program, label: string, { module, folder, flags }: Build, interrupt?: AbortSignal): Promise<void> {
  interrupt?.throwIfAborted();
  const started = Date.now();
  const seconds = (): string => `${Math.round((Date.now() - started) / 1000)} s`;
  const partial = join(folder, `${program.name}.${randomUUID()}.partial`);
  mkdirSync(partial);
  report(`building ${label}`);
  // A process group of its own, so that an interrupt also ends the compilers that Go started; at once: Go's cache bears it.
  const go = spawn('go', ['build', ...flags, '-o', join(partial, program.name), program.source], {
    cwd: module,
    // An interrupted Go leaves its temporary folder behind: here it goes away with ours.
    env: { ...GO_ENVIRONMENT, GOTMPDIR: partial },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  let said: string[] = [];
  go.stderr.setEncoding('utf8').on('data', (text: string) => (said = [...said, ...text.split('\n').filter(Boolean)].slice(-30)));
  const reminder = setInterval(() => report(`still building ${label}, ${seconds()}${said.length > 0 ? `: ${said.at(-1)}` : ''}`), 30_000);
  const endGroup = (): void => void (go.pid !== undefined && process.kill(-go.pid, 'SIGKILL'));
  interrupt?.addEventListener('abort', endGroup);
  try {
    const code = await new Promise<number | null>((done, failed) => go.once('error', failed).once('close', done));
    interrupt?.throwIfAborted();
    if (code !== 0) throw new ControlPlaneProblem(`Go could not build ${label} of the control plane:\n${said.join('\n')}`);
    renameSync(join(partial, program.name), join(folder, program.name));
    report(`built ${label} in ${seconds()}`);
  } finally {
    clearInterval(reminder);
    interrupt?.removeEventListener('abort', endGroup);
    rmSync(partial, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** What a killed run left; a day old, because a younger one may belong to a run that goes on. */
function removeLeftovers(folder: string): void {
  for (const entry of readdirSync(folder).filter((name) => name.endsWith('.partial'))) {
    const changed = statSync(join(folder, entry), { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
    if (Date.now() - changed > ONE_DAY) rmSync(join(folder, entry), { recursive: true, force: true });
  }
}

function report(line: string): void {
  process.stderr.write(`control plane: ${line}\n`);
}

async function main(): Promise<void> {
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => interrupt.abort(new ControlPlaneProblem(`stopped by ${signal}.`)));
  try {
    const ensure = process.argv[2] === 'flux' ? ensureFlux : ensureControlPlane;
    process.stdout.write(`${await ensure(interrupt.signal)}\n`);
  } catch (error) {
    if (!(error instanceof ControlPlaneProblem)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

if (require.main === module) void main();
