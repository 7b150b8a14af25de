/**
 * Tests the operator's Dockerfile: `npm run image`. Where a container engine runs, it builds the image and starts it. Elsewhere it follows the
 * Dockerfile's steps in an empty folder, with this machine's Node.js. In both cases the operator must answer /healthz. Needs the npm registry.
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const ROOT = join(__dirname, '..');
const DOCKERFILE = 'operator/Dockerfile';
const IMAGE = 'app-user-operator:check';
const SECONDS = 30;

/** Enough to start: without an API server the operator is live and waits for one. */
const ENVIRONMENT = { POD_NAMESPACE: 'people', CVAT_URL: 'http://127.0.0.1:1', CVAT_ROBOT_SECRET: 'robot' };

/** docker or podman; undefined if neither is installed, or its daemon does not answer. */
function engine(): string | undefined {
  return ['docker', 'podman'].find((name) => spawnSync(name, ['info'], { stdio: 'ignore', timeout: 10_000 }).status === 0);
}

function run(command: string, words: readonly string[], options: { cwd: string; env?: NodeJS.ProcessEnv }): void {
  const { status, error } = spawnSync(command, words, { stdio: 'inherit', ...options });
  if (status !== 0) throw new Error(`${[command, ...words].join(' ')} failed: ${error?.message ?? `it ended with ${status}`}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts the image with the rights that the platform's Deployment gives it. */
async function buildAndStart(command: string): Promise<void> {
  run(command, ['build', '--file', DOCKERFILE, '--tag', IMAGE, '.'], { cwd: ROOT });
  const variables = Object.entries(ENVIRONMENT).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const port = await freePort();
  const start = ['run', '--rm', '--read-only', '--cap-drop=ALL', '--publish', `127.0.0.1:${port}:8080`, ...variables, IMAGE];
  await answers(port, command, start, process.env);
}

/** Runs each instruction. One that is not implemented here is an error: it must not be skipped. */
async function followSteps(): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'image-'));
  try {
    const text = readFileSync(join(ROOT, DOCKERFILE), 'utf8');
    const steps = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    let folder = root;
    for (const step of steps) {
      const [instruction = '', ...words] = step.split(' ');
      if (instruction === 'WORKDIR') mkdirSync((folder = join(root, words[0] ?? '')), { recursive: true });
      else if (instruction === 'COPY') copy(words, root, folder);
      else if (instruction === 'RUN') run('sh', ['-c', below(root, step.slice(4))], { cwd: folder, env: clean() });
      else if (instruction === 'ENTRYPOINT') await start(step.slice(11), root);
      else if (!['FROM', 'USER', 'EXPOSE'].includes(instruction)) throw new Error(`${DOCKERFILE}: scripts/image.ts does not know ${step}`);
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function copy(words: readonly string[], root: string, folder: string): void {
  const fromStage = words[0]?.startsWith('--from=') === true;
  const [sources, target = ''] = [words.slice(fromStage ? 1 : 0, -1), words.at(-1)];
  for (const source of sources) {
    // All stages are one folder here.
    if (fromStage && !existsSync(join(root, source))) throw new Error(`${DOCKERFILE}: no step makes ${source}`);
    const to = target.endsWith('/') ? join(folder, target, basename(source)) : join(folder, target);
    if (!fromStage) cpSync(join(ROOT, source), to, { recursive: true });
  }
}

async function start(entrypoint: string, root: string): Promise<void> {
  const [, ...given] = JSON.parse(entrypoint) as string[];
  const words = given.map((word) => (word.startsWith('/') ? join(root, word) : word));
  const port = await freePort();
  await answers(port, process.execPath, words, { ...ENVIRONMENT, PORT: String(port), HOME: root });
}

/** Rewrites the absolute paths of a command to paths below root. */
function below(root: string, command: string): string {
  return command.replace(/(?<=\s)\/(?=\S)/g, `${root}/`);
}

/** The environment without npm's variables: they would point npm to this project. */
function clean(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD|NODE_)/.test(name)));
}

/** Starts the operator, waits until /healthz succeeds, and stops it. */
async function answers(port: number, command: string, words: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const operator = spawn(command, words, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => operator.once('exit', resolve).once('error', () => resolve(null)));
  try {
    for (const deadline = Date.now() + SECONDS * 1000; ;) {
      const status = await fetch(`http://127.0.0.1:${port}/healthz`).then(
        (response) => response.status,
        () => undefined,
      );
      if (status === 200) break;
      if (operator.exitCode !== null) throw new Error(`the operator ended with ${operator.exitCode}`);
      if (Date.now() > deadline) throw new Error(`the operator did not answer /healthz within ${SECONDS} s`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    operator.kill('SIGTERM');
  }
  const code = await ended;
  if (code !== 0) throw new Error(`after SIGTERM, the operator ended with ${code}`);
}

async function main(): Promise<void> {
  const command = engine();
  if (command) await buildAndStart(command);
  else await followSteps();
  process.stdout.write(
    `${DOCKERFILE}: ${command ? `built by ${command}` : 'no container engine runs here; its steps work'}, and the operator answers\n`,
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
