import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Outcome, Project, run } from './project';

const ROOT = join(__dirname, '../..');

interface Package {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const packageOf = (folder: string): Package => JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as Package;

test('what commands need has the same versions in package.json, for package managers that install no workspaces', () => {
  const { dependencies, devDependencies } = packageOf('.');
  const { dependencies: ofCommands } = packageOf('scripts');
  expect({ ...dependencies, ...devDependencies }).toEqual(expect.objectContaining(ofCommands));
});

describe('without packages', () => {
  let project: Project;
  beforeAll(() => (project = new Project({ modules: 'none' })));
  afterAll(() => project.remove());

  const node = (args: readonly string[]): Promise<Outcome> => run([process.execPath, ...args], { cwd: project.folder });
  const script = (name: string): string[] => ['--require', './scripts/typescript.js', `scripts/${name}.ts`];

  test.each([
    ['synth', script('synth')],
    ['deploy', ['scripts/cluster.js', 'deploy']],
    ['charts:check', script('charts-check')],
  ])('%s says in one line what to run', async (_, args) => {
    expect(await node(args)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'node_modules/: must have the packages of package-lock.json; got none for "esbuild". Run: npm ci\n',
    });
  });
});
