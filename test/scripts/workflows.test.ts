import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workflowProblems } from '../../scripts/workflows';

const ROOT = join(__dirname, '../..');
const CHECKOUT = `actions/checkout@${'0'.repeat(40)}`;

/** The problems of a workflow with these lines in its one step. */
function problems(step: string, head = 'permissions: {}'): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'workflows-'));
  mkdirSync(join(folder, '.github/workflows'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts: { test: 'jest', synth: 'node' } }));
  writeFileSync(join(folder, '.github/workflows/a.yaml'), `${head}\njobs:\n  one:\n    steps:\n      - ${step}\n`);
  const found = workflowProblems(folder);
  rmSync(folder, { recursive: true });
  return found.map((problem) => problem.replace('.github/workflows/a.yaml: ', ''));
}

test("the project's workflows have no problems", () => {
  expect(workflowProblems(ROOT)).toEqual([]);
});

test('every workflow reads the repository at most, but for the comment and the image', () => {
  const permissions = (file: string): string[] =>
    readFileSync(join(ROOT, '.github/workflows', file), 'utf8').match(/^ {2}[\w-]+: write$/gm) ?? [];
  expect(['ci.yaml', 'review.yaml', 'image.yaml'].map(permissions)).toEqual([[], ['  pull-requests: write'], ['  packages: write']]);
});

test.each([
  ['uses: actions/checkout@v4', 'jobs.one.steps[0].uses: must be pinned by a commit of 40 digits; got "actions/checkout@v4".'],
  ['run: npm run deploi', 'jobs.one.steps[0].run: must name scripts of package.json; got "npm run deploi".'],
  ['run: echo "${{ github.head_ref }}"', 'jobs.one.steps[0].run: must not contain an expression; got "${{". Pass it by env.'],
  ['name: nothing', 'jobs.one.steps[0]: must have uses or run; got neither.'],
])('reports %s', (step, problem) => {
  expect(problems(step)).toEqual([problem]);
});

test('reports a workflow whose token may do everything, and one that is not YAML', () => {
  expect(problems(`uses: ${CHECKOUT}`, 'name: a')).toEqual([expect.stringMatching(/^permissions: must be a map/)]);
  expect(problems('run: [')).toEqual([expect.stringMatching(/^must be YAML/)]);
});

test.each([`uses: ${CHECKOUT}`, 'run: npm test', 'run: npm run --silent synth -- --help', 'run: npm ci'])('accepts %s', (step) => {
  expect(problems(step)).toEqual([]);
});
