import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChartSource, chartSourceFindings, fromOci, fromRepository } from '../../constructs/helm/chart-source';
import { findControlPlane } from '../../scripts/control-plane';
import { run } from '../scripts/project';
import { ChartServer } from './harness/chart-server';
import { OciRegistry } from './harness/oci-registry';

/** `refuses`: Helm fails. `accepts`: it pulls the chart. */
type Verdict = 'accepts' | 'refuses';

let folder: string;
let server: ChartServer;
let registry: OciRegistry;
const helm = join(findControlPlane(), 'helm');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chart-addresses-'));
  mkdirSync(join(folder, 'thing'));
  writeFileSync(join(folder, 'thing', 'Chart.yaml'), 'apiVersion: v2\nname: thing\nversion: 1.0.0\n');
  await byHelm('package', 'thing', '--destination', 'site');
  server = await ChartServer.start();
  await byHelm('repo', 'index', 'site', '--url', `${server.url}/charts`);
  const archive = readFileSync(join(folder, 'site', 'thing-1.0.0.tgz'));
  server.files.set('/charts/index.yaml', readFileSync(join(folder, 'site', 'index.yaml')));
  server.files.set('/charts/thing-1.0.0.tgz', archive);
  registry = await OciRegistry.start('charts/thing', '1.0.0', archive);
});
afterAll(async () => {
  await server.stop();
  await registry.stop();
  rmSync(folder, { recursive: true });
});

async function byHelm(...args: string[]): Promise<Verdict> {
  const env = { HELM_CONFIG_HOME: join(folder, 'config'), HELM_CACHE_HOME: join(folder, 'cache'), HELM_DATA_HOME: join(folder, 'data') };
  const { code } = await run([helm, ...args], { cwd: folder, env });
  return code === 0 ? 'accepts' : 'refuses';
}

const ours = (source: ChartSource): Verdict => (chartSourceFindings(source).some(([, finding]) => finding) ? 'refuses' : 'accepts');

describe('a chart of a repository', () => {
  /** URL and HOST stand for the server's. Where the verdicts differ, ours is stricter, and the row says why. */
  test.each<[url: string, name: string, version: string, helm: Verdict, ours: Verdict, why?: string]>([
    ['URL/charts', 'thing', '1.0.0', 'accepts', 'accepts'],
    ['URL/charts/', 'thing', '1.0.0', 'accepts', 'accepts'],
    ['URL/charts/thing-1.0.0.tgz', 'thing', '1.0.0', 'refuses', 'refuses'],
    ['URL/charts/index.yaml', 'thing', '1.0.0', 'refuses', 'refuses'],
    ['HOST/charts', 'thing', '1.0.0', 'refuses', 'refuses'],
    ['charts', 'thing', '1.0.0', 'refuses', 'refuses'],
    ['/charts', 'thing', '1.0.0', 'refuses', 'refuses'],
    ['oci://HOST/charts', 'thing', '1.0.0', 'refuses', 'refuses'],
    ['ftp://HOST/charts', 'thing', '1.0.0', 'refuses', 'refuses'],
    ['URL /charts', 'thing', '1.0.0', 'refuses', 'refuses'],
    ['URL/charts', 'example/thing', '1.0.0', 'refuses', 'refuses'],
    ['URL/charts', '', '1.0.0', 'refuses', 'refuses'],
    ['URL/charts', 'thing/', '1.0.0', 'refuses', 'refuses'],
    ['URL/charts', 'thing-1.0.0.tgz', '1.0.0', 'refuses', 'accepts', 'the name of a file can be the name of a chart'],
    ['URL/charts', 'thing', 'latest', 'refuses', 'refuses'],
    ['URL/charts', 'thing', '', 'accepts', 'refuses', 'the newest version is not an exact one'],
    ['URL/charts', 'thing', '1.x', 'accepts', 'refuses', 'a range is not an exact version'],
    ['URL/charts', 'thing', '^1.0.0', 'accepts', 'refuses', 'a range is not an exact version'],
    ['http://user:secret@HOST/charts', 'thing', '1.0.0', 'accepts', 'refuses', 'the password would be in dist'],
    ['HTTP://HOST/charts', 'thing', '1.0.0', 'accepts', 'refuses', 'Flux accepts small letters only'],
  ])('%s %j %j: Helm %s, synth %s', async (address, name, version, expected, synth) => {
    const url = address.replace('URL', server.url).replace('HOST', server.url.replace('http://', ''));
    rmSync(join(folder, 'thing-1.0.0.tgz'), { force: true });
    const verdict = await byHelm('pull', name, '--repo', url, ...(version === '' ? [] : ['--version', version]));
    expect([verdict, ours(fromRepository(url, name, version))]).toEqual([expected, synth]);
  });
});

describe('a chart of a registry', () => {
  test.each<[url: string, version: string, helm: Verdict, ours: Verdict, why?: string]>([
    ['URL/charts/thing', '1.0.0', 'accepts', 'accepts'],
    ['URL/charts/thing@DIGEST', '1.0.0', 'accepts', 'accepts'],
    ['URL/charts/thing/', '1.0.0', 'refuses', 'refuses'],
    ['URL//charts/thing', '1.0.0', 'refuses', 'refuses'],
    ['URL/Charts/thing', '1.0.0', 'refuses', 'refuses'],
    ['URL/charts/thing:2.0.0', '1.0.0', 'refuses', 'refuses'],
    ['URL/charts/thing:1.0.0', '1.0.0', 'accepts', 'refuses', 'the version is a field of its own, which checks and updates read'],
    ['URL', '1.0.0', 'refuses', 'refuses'],
    ['URL/', '1.0.0', 'refuses', 'refuses'],
    ['oci://', '1.0.0', 'refuses', 'refuses'],
    ['oci:///charts/thing', '1.0.0', 'refuses', 'refuses'],
    ['HOST/charts/thing', '1.0.0', 'refuses', 'refuses'],
    ['URL/charts/thing?x=1', '1.0.0', 'refuses', 'refuses'],
    ['URL/charts/th ing', '1.0.0', 'refuses', 'refuses'],
    ['URL/charts/thing@sha256:abc', '1.0.0', 'refuses', 'refuses'],
    ['URL/charts/thing', 'latest', 'refuses', 'refuses'],
    ['URL/charts/other', '1.0.0', 'refuses', 'accepts', 'only the registry knows its charts'],
  ])('%s %j: Helm %s, synth %s', async (address, version, expected, synth) => {
    const url = address.replace('URL', registry.url).replace('HOST', registry.url.replace('oci://', '')).replace('DIGEST', registry.digest);
    rmSync(join(folder, 'thing-1.0.0.tgz'), { force: true });
    expect([await byHelm('pull', url, '--version', version, '--plain-http'), ours(fromOci(url, version))]).toEqual([expected, synth]);
  });
});
