import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Outcome, Project, run } from '../scripts/project';

/** On a busy machine, npm takes minutes. */
const MINUTES = 10 * 60_000;

/** Of npm, which sets it to its own configuration, and of the tests that run this one. */
const CLEAN = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD|NODE_)|^(CRDS_DIR|KUBECONFIG)$/.test(name)),
);

/** A user without an entry in /etc/passwd, without HOME, who does not own the checkout. */
const OTHER_USER = 'setpriv --reuid=54321 --regid=54321 --clear-groups env --unset=HOME'.split(' ');

const SYNTH = ['--require', './scripts/typescript.js', 'scripts/synth.ts'];
const script = (name: string): string[] => ['--require', './scripts/typescript.js', `scripts/${name}.ts`];

const NO_TRACE = expect.not.stringMatching(/^\s+at |node:internal/m) as string;
const NOT_CHECKED = 'Types were not checked: the compiler is a development dependency';

let project: Project;

function exec(command: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  return run(['env', '-i', ...Object.entries({ ...CLEAN, ...env }).map(([name, value]) => `${name}=${value}`), ...command], {
    cwd: project.folder,
  });
}

async function install(options: readonly string[], env: Record<string, string> = {}): Promise<void> {
  project = new Project({ modules: 'none' });
  const { code, stderr } = await exec(['npm', 'ci', '--no-audit', '--no-fund', '--prefer-offline', ...options], env);
  if (code !== 0) throw new Error(stderr);
}

const node = (...args: string[]): Promise<Outcome> => exec([process.execPath, ...args]);
const has = (name: string): boolean => existsSync(join(project.folder, 'node_modules', name));

describe.each<[string, string[], boolean]>([
  ['npm ci --omit=dev', ['--omit=dev'], false],
  ['npm ci --ignore-scripts', ['--ignore-scripts'], true],
])('after %s', (_, options, withTypes) => {
  beforeAll(() => install(options), MINUTES);
  afterAll(() => project.remove());

  test('synth and the commands on a cluster run', async () => {
    expect([has('jest'), has('typescript-7')]).toEqual([withTypes, withTypes]);
    const synth = await node(...SYNTH);
    expect([synth.code, synth.stdout]).toEqual([0, expect.stringMatching(/^dist\/ is up to date/)]);
    expect(synth.stderr.includes(NOT_CHECKED)).toBe(!withTypes);
    for (const command of ['deploy', 'diff', 'status', 'destroy']) {
      const { code, stdout } = await node('scripts/cluster.js', command, '--help');
      expect([command, code, stdout]).toEqual([command, 0, expect.stringContaining('Exit code: 0')]);
    }
    const status = await exec([process.execPath, 'scripts/cluster.js', 'status'], { HOME: '/nonexistent' });
    expect([status.code, status.stderr]).toEqual([2, 'No kubeconfig found. Set KUBECONFIG (k3s: /etc/rancher/k3s/k3s.yaml).\n']);
  });

  test('synth reports the problems that are not type errors', async () => {
    const before = project.read('environments/local.ts');
    project.edit('environments/local.ts', 'replicas: 2,', 'replicas: 0,');
    const { code, stderr } = await node(...SYNTH);
    project.write('environments/local.ts', before);
    expect([code, stderr]).toEqual([1, expect.stringContaining('spec.instances[0].replicas\n    must be an integer >= 1; got 0.')]);
    // With the compiler, this is a type error.
    project.edit('environments/local.ts', '  appUsers: [', "  releases: 'none' as never,\n  appUsers: [");
    const untyped = await node(...SYNTH);
    project.write('environments/local.ts', before);
    if (!withTypes)
      expect([untyped.code, untyped.stderr]).toEqual([1, expect.stringContaining('dist/ was not changed: the program failed: ')]);
    if (!withTypes) expect(untyped.stderr).toEqual(NO_TRACE);
  });
});

describe('in the checkout of another user, without HOME, after NODE_ENV=production npm ci', () => {
  beforeAll(async () => {
    await install([], { NODE_ENV: 'production' });
    expect(has('jest')).toBe(false);
    // Nothing is kept yet, and nothing can be kept.
    rmSync(join(project.folder, 'node_modules/.cache'), { recursive: true, force: true });
    chmodSync(project.folder, 0o755);
  }, MINUTES);
  afterAll(() => project.remove());

  /** Only root can be another user. */
  const asAnother = (...args: string[]): Promise<Outcome> => exec([...OTHER_USER, process.execPath, ...args], { PATH: '/usr/bin:/bin' });
  const rootOnly = process.getuid?.() === 0 ? test : test.skip;

  rootOnly.each<[string, string[], number, RegExp]>([
    ['synth', SYNTH, 0, /^dist\/ is up to date/],
    ['deploy --help', ['scripts/cluster.js', 'deploy', '--help'], 0, /Exit code: 0/],
    ['diff', ['scripts/cluster.js', 'diff'], 2, /^No kubeconfig found\. [^\n]*\n$/],
    ['status', ['scripts/cluster.js', 'status'], 2, /^No kubeconfig found\. [^\n]*\n$/],
    ['charts:check', script('charts-check'), 1, /^Helm was not found\. [^\n]*\n$/],
    [
      'charts:pull',
      script('charts-pull'),
      1,
      /charts\/?: must be writable and readable for this user; got EACCES\. [^\n]*\n$|project-\w+: must be writable/,
    ],
    ['charts:render', [...script('charts-render'), 'cvat'], 1, /is not vendored\. Run: npm run charts:pull -- cvat\n$/],
    ['import', script('import'), 1, /^imports\/ was not changed: HOME: must be set, or XDG_CACHE_HOME or CRDS_DIR; got none\. [^\n]*\n$/],
  ])('%s works, or says in one line what it needs', async (_, args, code, output) => {
    const outcome = await asAnother(...args);
    expect([outcome.code, outcome.stdout + outcome.stderr, outcome.stderr]).toEqual([code, expect.stringMatching(output), NO_TRACE]);
  });

  rootOnly('synth and cdk8s synth say that changes cannot be written', async () => {
    project.edit('environments/local.ts', 'replicas: 2,', 'replicas: 4,');
    for (const [args, path] of [
      [SYNTH, project.folder],
      [['--require', './scripts/typescript.js', 'main.ts'], `${project.folder}/dist/`],
    ] as const) {
      const { code, stderr } = await asAnother(...args);
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(new RegExp(`${path}.*: must be writable and readable for this user; got EACCES`)),
      ]);
      expect(stderr).toEqual(NO_TRACE);
    }
    expect(readFileSync(join(project.folder, 'dist/30-postgres.k8s.yaml'), 'utf8')).toContain('replicas: 2');
  });
});
