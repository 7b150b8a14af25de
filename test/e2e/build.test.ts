import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { controlPlaneVersions } from '../../scripts/control-plane';
import { until } from './harness/until';

const PROGRAMS = ['etcd', 'helm', 'helm-controller', 'kube-apiserver', 'kube-controller-manager', 'kubectl'];

interface Run {
  readonly child: ChildProcess;
  readonly result: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

let directory: string;

/** A Go that writes the package's name where the program belongs, and notes that it was called; `wait` is the name of a package. */
function fakeGo({ version = '1.26.8', wait = 'nothing' } = {}): void {
  const lines = [
    '#!/bin/sh',
    `if [ "$1" = env ]; then echo go${version}; exit 0; fi`,
    'while [ $# -gt 0 ]; do if [ "$1" = -o ]; then target=$2; fi; package=$1; shift; done',
    `echo "$package" >> ${join(directory, 'calls')}`,
    'touch "$GOTMPDIR/left-by-go"',
    `case $package in *${wait}) exec sleep 600;; esac`,
    'echo "$package" > "$target"',
  ];
  writeFileSync(join(directory, 'bin', 'go'), lines.join('\n'));
  chmodSync(join(directory, 'bin', 'go'), 0o755);
}

function run(environment: NodeJS.ProcessEnv = {}): Run {
  const scripts = join(__dirname, '..', '..', 'scripts');
  const child = spawn(process.execPath, ['--require', join(scripts, 'typescript.js'), join(scripts, 'control-plane.ts')], {
    env: { PATH: `${join(directory, 'bin')}:/usr/bin:/bin`, XDG_CACHE_HOME: join(directory, 'cache'), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text) => (stdout += text));
  child.stderr.on('data', (text) => (stderr += text));
  return { child, result: new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr }))) };
}

const calls = (): string[] =>
  existsSync(join(directory, 'calls')) ? readFileSync(join(directory, 'calls'), 'utf8').trim().split('\n') : [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'third-party-platform-build-'));
  mkdirSync(join(directory, 'bin'));
});

afterEach(() => rmSync(directory, { recursive: true }));

test('the programs are built once, with progress, and only the folder goes to standard output', async () => {
  fakeGo();
  const { kubernetes } = controlPlaneVersions();
  const first = await run().result;
  expect(first).toMatchObject({ code: 0, stderr: expect.stringMatching(/building etcd \(1 of 6\)\n.*built etcd \(1 of 6\) in \d+ s/) });
  const folder = first.stdout.trim();
  expect(folder.startsWith(join(directory, 'cache', 'third-party-platform', 'control-plane', `${kubernetes}-`))).toBe(true);
  expect(readdirSync(folder)).toEqual(PROGRAMS);
  expect(await run().result).toEqual({ code: 0, stdout: first.stdout, stderr: '' });
  expect(calls()).toHaveLength(PROGRAMS.length);
});

test('an interrupted build leaves only whole programs, and the next run goes on from there', async () => {
  fakeGo({ wait: 'kubectl' });
  const { child, result } = run();
  await until('kubectl is being built', () => calls().length === 2);
  child.kill('SIGINT');
  expect(await result).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/\nstopped by SIGINT.\n$/) });
  fakeGo();
  const leftover = (await run().result).stdout.trim();
  expect(readdirSync(leftover)).toEqual(PROGRAMS);
  expect(calls().filter((source) => source.includes('etcd'))).toHaveLength(1);
});

test('two runs at the same time both end with whole programs', async () => {
  fakeGo();
  const [one, other] = await Promise.all([run().result, run().result]);
  expect([one.code, other.code]).toEqual([0, 0]);
  expect(other.stdout).toBe(one.stdout);
  expect(readdirSync(one.stdout.trim())).toEqual(PROGRAMS);
});

test('what a killed run left is removed after a day', async () => {
  fakeGo();
  const folder = (await run().result).stdout.trim();
  rmSync(join(folder, 'kubectl'));
  for (const name of ['old.partial', 'young.partial']) mkdirSync(join(folder, name));
  const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 60 * 60;
  utimesSync(join(folder, 'old.partial'), twoDaysAgo, twoDaysAgo);
  await run().result;
  expect(readdirSync(folder)).toEqual([...PROGRAMS, 'young.partial']);
});

test('what Go says about a failed build is shown', async () => {
  writeFileSync(
    join(directory, 'bin', 'go'),
    '#!/bin/sh\nif [ "$1" = env ]; then echo go1.26.8; else echo "no required module" >&2; exit 1; fi\n',
  );
  chmodSync(join(directory, 'bin', 'go'), 0o755);
  expect(await run().result).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Go could not build etcd (1 of 6) of the control plane:\nno required module\n'),
  });
});

test('a missing Go, and one that is too old, are one message with a remedy', async () => {
  const remedy = `Install Go ${controlPlaneVersions().go} or newer, or set KUBEBUILDER_ASSETS to a folder with etcd, kubectl,`;
  // A folder with nothing but Node.js, which the child needs itself.
  symlinkSync(process.execPath, join(directory, 'bin', 'node'));
  const missing = await run({ PATH: join(directory, 'bin') }).result;
  expect(missing).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining(`"go" does not run: spawnSync go ENOENT.\n${remedy}`),
  });
  fakeGo({ version: '1.20.1' });
  const old = await run().result;
  expect(old).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(`"go env GOVERSION" says go1.20.1\n${remedy}`) });
  for (const { stderr } of [missing, old]) expect(stderr).not.toMatch(/^\s+at /m);
});

test('KUBEBUILDER_ASSETS is used as it is, and what it lacks is named', async () => {
  const assets = join(directory, 'assets');
  mkdirSync(assets);
  for (const name of PROGRAMS.filter((program) => program !== 'kube-controller-manager')) writeFileSync(join(assets, name), '');
  const message = `KUBEBUILDER_ASSETS is ${assets}, but that folder has no kube-controller-manager.\nPut the missing there`;
  expect(await run({ KUBEBUILDER_ASSETS: assets }).result).toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
  writeFileSync(join(assets, 'kube-controller-manager'), '');
  expect(await run({ KUBEBUILDER_ASSETS: assets }).result).toEqual({ code: 0, stdout: `${assets}\n`, stderr: '' });
});
