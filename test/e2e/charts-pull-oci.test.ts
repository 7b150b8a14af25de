import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChartSource, fromGit, fromOci } from '../../constructs/helm/chart-source';
import { LOCK_FILE, readChartLock } from '../../manifests/chart-lock';
import { availableVersions } from '../../scripts/charts/available-versions';
import { pullCharts } from '../../scripts/charts/pull-charts';
import { findControlPlane, findFlux } from '../../scripts/control-plane';
import { type Fault, FaultyProxy } from './harness/faulty-proxy';
import { GitServer } from './harness/git-server';
import { Processes } from './harness/processes';
import { startRegistry } from './harness/registry';

const HELM_3 = join(findControlPlane(), 'helm');
const before = process.cwd();
let processes: Processes;
let registry: string;
let proxy: FaultyProxy;
let git: GitServer;
let gitProxy: FaultyProxy;
let folder: string;

beforeAll(async () => {
  processes = await Processes.open();
  registry = await startRegistry(processes);
  proxy = await FaultyProxy.start(registry);
  git = await GitServer.start(processes.directory);
  gitProxy = await FaultyProxy.start(new URL(git.urlOf('any')).host);
});

afterAll(async () => {
  git.stop();
  await proxy.stop();
  await gitProxy.stop();
  await processes.close();
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'charts-pull-oci-'));
  process.chdir(folder);
  process.env['HELM'] = HELM_3;
  for (const kind of ['CONFIG', 'CACHE', 'DATA']) process.env[`HELM_${kind}_HOME`] = join(folder, `helm-${kind}`);
  proxy.restore();
  gitProxy.restore();
});

afterEach(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

/** The folder of a chart, with this value among its own. */
function chart(name: string, version: string, value: string): string {
  const path = join(folder, 'source', name);
  mkdirSync(join(path, 'templates'), { recursive: true });
  writeFileSync(join(path, 'Chart.yaml'), `apiVersion: v2\nname: ${name}\nversion: ${version}\n`);
  writeFileSync(join(path, 'values.yaml'), `value: ${value}\n`);
  // Large enough to be cut off in its middle: what cannot be compressed.
  const text = Array.from({ length: 4000 }, (_, index) => ((index * 2654435761) >>> 0).toString(36)).join('\n');
  writeFileSync(join(path, 'templates', 'NOTES.txt'), text);
  return path;
}

/** Pushes a chart into the registry, and returns its digest. */
function push(name: string, version = '1.0.0', value = 'one'): string {
  const packaged = execFileSync(HELM_3, ['package', chart(name, version, value), '--destination', folder], { encoding: 'utf8' });
  const archive = packaged.trim().split(': ').at(-1) ?? '';
  const output = execFileSync('/bin/sh', ['-c', '"$0" push "$1" "$2" --plain-http 2>&1', HELM_3, archive, `oci://${registry}/charts`]);
  return /^Digest: (\S+)$/m.exec(output.toString())?.[1] ?? '';
}

async function pull(...sources: readonly ChartSource[]): Promise<{ lines: string[]; reasons: string[] }> {
  return pullWith(false, ...sources);
}

async function pullWith(again: boolean, ...sources: readonly ChartSource[]): Promise<{ lines: string[]; reasons: string[] }> {
  const lines: string[] = [];
  const failures = await pullCharts(sources, { again, report: (line) => void lines.push(line) });
  return { lines, reasons: failures.map(({ reason }) => reason) };
}

const ociOf = (name: string, version = '1.0.0', digest?: string): ChartSource =>
  fromOci(`oci://${proxy.host}/charts/${name}`, version, digest);

function nothingIsLeft(): void {
  expect(existsSync(LOCK_FILE)).toBe(false);
  expect(existsSync('charts') ? readdirSync('charts') : []).toEqual([]);
}

describe.each([
  ['Helm 3', () => HELM_3],
  ['Helm 4', () => join(findFlux(), 'helm')],
])('a registry, with %s', (_helm, helmOf) => {
  beforeEach(() => (process.env['HELM'] = helmOf()));

  test('pulls a chart and locks its digest; lists its versions', async () => {
    const digest = push('app');
    push('app', '1.1.0');
    expect((await pull(ociOf('app', '1.0.0', digest))).reasons).toEqual([]);
    expect(readChartLock().charts).toEqual([
      expect.objectContaining({ name: 'app', version: '1.0.0', digest, file: 'charts/app-1.0.0.tgz' }),
    ]);
    expect(await availableVersions(ociOf('app'))).toEqual([{ version: '1.0.0' }, { version: '1.1.0' }]);
  });

  test.each<[string, RegExp, Fault, RegExp]>([
    ['a blob with other content', /\/blobs\//, 'other content', /digest|checksum/i],
    ['a blob that is cut off', /\/blobs\//, 'cut off', /unexpected EOF|short read|connection reset/i],
    ['a registry that always asks to wait', /\/manifests\//, { status: 429 }, /429|toomanyrequests/i],
  ])('%s is reported, leaves nothing behind, and is pulled when that has passed', async (_name, path, fault, expected) => {
    push('app');
    proxy.spoil(path, fault);
    const { reasons } = await pull(ociOf('app'));
    expect(reasons.join()).toMatch(expected);
    nothingIsLeft();
    proxy.restore();
    expect((await pull(ociOf('app'))).reasons).toEqual([]);
  });

  test('a registry that asks to wait once is asked again', async () => {
    push('app');
    proxy.spoil(/\/blobs\//, { status: 429, times: 1 });
    expect((await pull(ociOf('app'))).reasons).toEqual([]);
  });

  test('a version that is not there is reported once, and the other charts are pulled', async () => {
    push('app');
    push('other');
    const { reasons } = await pull(ociOf('app', '9.9.9'), ociOf('other'));
    expect(reasons).toEqual([expect.stringMatching(/not found/i)]);
    expect(readdirSync('charts').sort()).toEqual(['charts.lock.json', 'other-1.0.0.tgz']);
    proxy.restore();
    expect((await pull(ociOf('other'))).lines.join()).toContain('unchanged');
    expect(proxy.requests).toEqual([]);
  });

  test('a tag that was pushed again is refused with both digests, and what was there stays', async () => {
    const digest = push('app');
    await pull(ociOf('app', '1.0.0', digest));
    const archive = readFileSync('charts/app-1.0.0.tgz');
    const moved = push('app', '1.0.0', 'two');
    expect((await pullWith(true, ociOf('app', '1.0.0', digest))).reasons.join()).toContain(`digest must be ${digest}; got ${moved}.`);
    expect(readFileSync('charts/app-1.0.0.tgz').equals(archive)).toBe(true);
    rmSync(LOCK_FILE);
    expect(await pull(ociOf('app'))).toMatchObject({ reasons: [] });
    push('app', '1.0.0', 'three');
    expect((await pullWith(true, ociOf('app'))).reasons.join()).toMatch(
      /published again with other content: .* sha256 [0-9a-f]{64}, .* [0-9a-f]{64}\./,
    );
  });
});

describe('a git server', () => {
  const source = (path = 'app'): ChartSource =>
    fromGit(git.urlOf('charts').replace(/127\.0\.0\.1:\d+/, gitProxy.host), { path, tag: 'v1.0.0' });
  const commit = (): string => {
    chart('app', '1.0.0', 'one');
    return git.commit('charts', join(folder, 'source'), 'v1.0.0');
  };

  test.each<[string, RegExp, Fault, RegExp]>([
    ['a repository that is not found', /\/info\/refs/, { status: 404 }, /not found/i],
    ['a pack that is cut off', /\/git-upload-pack$/, 'cut off', /disconnect|EOF|curl|transfer closed|early/i],
    ['a pack with other content', /\/git-upload-pack$/, 'other content', /fatal/i],
    ['a server that always asks to wait', /\/info\/refs/, { status: 429 }, /429/],
  ])('%s is reported, leaves nothing behind, and is pulled when that has passed', async (_name, path, fault, expected) => {
    const digest = commit();
    gitProxy.spoil(path, fault);
    expect((await pull(source())).reasons.join()).toMatch(expected);
    nothingIsLeft();
    gitProxy.restore();
    expect((await pull(source())).reasons).toEqual([]);
    expect(readChartLock().charts[0]).toMatchObject({ name: 'app', digest });
  });

  test('a server that asks to wait once is asked again', async () => {
    commit();
    gitProxy.spoil(/\/info\/refs/, { status: 429, times: 1 });
    expect((await pull(source())).reasons).toEqual([]);
  });

  test('a folder that the repository does not have is reported', async () => {
    commit();
    expect((await pull(source('missing'))).reasons.join()).toMatch(/missing.*(no such file|not found)/i);
    nothingIsLeft();
  });
});
