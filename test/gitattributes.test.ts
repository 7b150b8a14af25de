import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');
const git = (...args: readonly string[]): string[] =>
  execFileSync('git', [...args], { cwd: ROOT, encoding: 'utf8' })
    .trim()
    .split('\n');

test('GitHub shows the diffs of every file of dist: each can contain what has to be reviewed, such as a policy beside CRDs', () => {
  const files = git('ls-files', 'dist');
  expect(files.length).toBeGreaterThan(10);
  expect(git('check-attr', 'linguist-generated', '--', ...files)).toEqual(files.map((file) => `${file}: linguist-generated: false`));
});
