import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../test/e2e/harness/ports';

/** The steps of the Dockerfile without a builder: the bundle is made, and runs where there is no node_modules. */
const OPERATOR = join(__dirname, '..');
let folder: string;
let bundle: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'app-user-operator-'));
  bundle = join(folder, 'operator.cjs');
  execFileSync(process.execPath, [join(OPERATOR, 'bundle.mjs'), bundle], { stdio: 'inherit' });
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('without configuration, the operator reports every missing variable, and exits', () => {
  // Node 22 and 24 warn that client-node uses punycode.
  const env = { NODE_NO_WARNINGS: '1' };
  const { status, stderr, stdout } = spawnSync(process.execPath, [bundle], { cwd: folder, env, encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr.split('\n').filter(Boolean).sort()).toEqual([
    'CVAT_ROBOT_SECRET: required.',
    'CVAT_URL: required.',
    'POD_NAMESPACE: required.',
  ]);
});

test('it starts without an API server, is live and not ready, and stops at SIGTERM', async () => {
  const [port, unused] = await freePorts(2);
  const cluster = { name: 'c', cluster: { server: `https://127.0.0.1:${unused}` } };
  const context = { name: 'x', context: { cluster: 'c', user: 'u' } };
  const kubeconfig = { clusters: [cluster], users: [{ name: 'u', user: {} }], contexts: [context], 'current-context': 'x' };
  writeFileSync(join(folder, 'kubeconfig'), JSON.stringify(kubeconfig));
  const needed = { POD_NAMESPACE: 'people', CVAT_URL: 'http://127.0.0.1:1', CVAT_ROBOT_SECRET: 'robot' };
  const env = { ...needed, KUBECONFIG: join(folder, 'kubeconfig'), PORT: String(port) };
  const operator = spawn(process.execPath, [...flags(), bundle], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let log = '';
  operator.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
  try {
    const status = async (path: string): Promise<number> => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    while (!log.includes('waiting for leadership')) await once(operator.stdout, 'data');
    expect([await status('/healthz'), await status('/readyz'), await status('/metrics')]).toEqual([200, 503, 200]);
    operator.kill('SIGTERM');
    // With the end of its log, which "exit" does not wait for.
    expect(await once(operator, 'close')).toEqual([0, null]);
  } finally {
    operator.kill('SIGKILL');
  }
  const lines = log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly msg: string });
  expect(lines.map(({ msg }) => msg)).toEqual(expect.arrayContaining(['failed to read or write the Lease', 'stopped']));
});

/** How the image starts it. */
function flags(): readonly string[] {
  const [, command = '[]'] = /^ENTRYPOINT (\[.*\])$/m.exec(readFileSync(join(OPERATOR, 'Dockerfile'), 'utf8')) ?? [];
  return (JSON.parse(command) as string[]).filter((argument) => argument.startsWith('--'));
}

test('what the Dockerfile copies exists, and is not kept from it; what it starts from is exact', () => {
  const dockerfile = readFileSync(join(OPERATOR, 'Dockerfile'), 'utf8');
  const ignored = readFileSync(join(OPERATOR, '..', '.dockerignore'), 'utf8').split('\n');
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths = '']) => paths.split(' '));
  expect(copied.length).toBeGreaterThan(0);
  expect(copied.filter((path) => !existsSync(join(OPERATOR, '..', path)))).toEqual([]);
  expect(ignored).toEqual(expect.arrayContaining(['*', ...copied.map((path) => `!${path}`)]));
  const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
  expect(bases).toEqual(bases.map(() => expect.stringMatching(/^[^@]+:[^@]*@sha256:[0-9a-f]{64}$/)));
  expect(flags()).toEqual(expect.arrayContaining([expect.stringMatching(/^--max-old-space-size=\d+$/)]));
});
