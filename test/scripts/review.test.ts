import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ReviewProblem } from '../../review/problem';
import { defaultBase, gitTree } from '../../review/read/git-tree';
import { workingTree } from '../../review/read/working-tree';
import { TreeReader } from '../../review/tree';

const ROOT = join(__dirname, '../..');
const IDENTITY = ['-c', 'user.name=test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgsign=false'];

const config = (name: string, environment = 'local'): string =>
  `---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  labels:\n    platform.kapernikov.com/environment: ${environment}\n`;
const claim = '---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: media\nspec: {}\n';

describe('a repository', () => {
  let folder: string;
  const git = (...args: readonly string[]): string =>
    execFileSync('git', [...IDENTITY, ...args], { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).trim();
  const write = (file: string, content: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content);
  };
  const commit = (message: string): string => {
    git('add', '--all');
    git('commit', '--quiet', '--message', message);
    return git('rev-parse', 'HEAD');
  };
  const command = (...args: readonly string[]): { code: number | null; stdout: string; stderr: string } => {
    const script = [join(ROOT, 'scripts/typescript.js'), join(ROOT, 'scripts/review.ts')] as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--require', ...script, ...args], { cwd: folder, encoding: 'utf8' });
    return { code: status, stdout, stderr };
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'review-'));
    git('init', '--quiet', '--initial-branch=main');
    write('README.md', 'nothing of dist yet\n');
    commit('start');
    write('dist/10-a.k8s.yaml', config('a') + claim);
    write('dist/production/10-a.k8s.yaml', config('a', 'production'));
    write('dist/production/gitops/flux.k8s.yaml', config('flux', 'production'));
    write('charts/web/rendered/local.yaml', config('rendered'));
    write('charts/web/values.yaml', 'not: reviewed\n');
    commit('dist');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('is read by environment: from the label, with charts and GitOps as stages of it', () => {
    const { environments } = new TreeReader().read(gitTree('HEAD', folder), 'HEAD');
    expect([...environments].map(([name, { stages }]) => [name, stages.map((stage) => stage.name)])).toEqual([
      ['local', ['chart web', '10-a']],
      ['production', ['10-a', 'gitops']],
    ]);
  });

  test('is the same from git and from the working tree', () => {
    expect(gitTree('HEAD', folder)).toEqual(workingTree(folder));
  });

  test('is compared with where the branch left the default branch; on that one with the last commit', () => {
    const left = git('rev-parse', 'HEAD');
    expect(defaultBase(folder)).toBe(left);
    git('checkout', '--quiet', '-b', 'feature');
    write('dist/10-a.k8s.yaml', config('a'));
    commit('remove the claim');
    expect(defaultBase(folder)).toBe(left);
  });

  test.each([
    ['no-such-branch', /^--base: must be a commit, branch or tag of this repository; got "no-such-branch"/],
    ['--upload-pack=x', /^--base: must be a commit/],
    ['HEAD^', /^--base: dist must exist in the ref; got HEAD\^, which has none/],
  ])('refuses the base %s in one line', (base, message) => {
    expect(() => gitTree(base, folder)).toThrow(ReviewProblem);
    expect(() => gitTree(base, folder)).toThrow(message);
  });

  test('reports every file that is not YAML or no object', () => {
    write('dist/10-a.k8s.yaml', 'a: [\n');
    write('dist/20-b.k8s.yaml', 'kind: Widget\n');
    const read = (): unknown => new TreeReader().read(workingTree(folder), 'working tree');
    expect(read).toThrow(ReviewProblem);
    expect(read).toThrow(/^working tree: dist\/10-a\.k8s\.yaml: must be YAML; got .*; dist\/20-b\.k8s\.yaml: every document must have/);
  });

  test('the command exits with 0, or with 1 if there is a finding of a class that --fail-on names', () => {
    write('dist/10-a.k8s.yaml', config('a'));
    const { code, stdout, stderr } = command('--fail-on', 'security');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('PersistentVolumeClaim media is removed');
    expect(command('--fail-on', 'data,refused').code).toBe(1);
  });

  test('the command exits with 2 and one line for what it cannot do', () => {
    for (const args of [['--format', 'html'], ['--fail-on', 'everything'], ['--base', 'nowhere'], ['--nonsense']]) {
      const { code, stdout, stderr } = command(...args);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^[^\n]+\n$/);
    }
  });
});

test('outside of a git repository says so', () => {
  const folder = mkdtempSync(join(tmpdir(), 'no-repository-'));
  expect(() => gitTree('HEAD', folder)).toThrow('The folder must be in a git repository');
  expect(() => workingTree(folder)).toThrow('dist must contain YAML files; got none. Run npm run synth.');
  rmSync(folder, { recursive: true });
});
