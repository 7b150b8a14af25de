import { execFileSync } from 'node:child_process';
import { gitReference, repositoryFolder } from '../../../constructs/syntax/git-reference';

const ACCEPTED = ['main', 'feature/x', 'release-1.2', 'v1.2.3', 'chart-1.2.3+build.5', 'a@b', 'é', 'head'];
const REFUSED = [
  '',
  'a b',
  '-x',
  '/x',
  'x/',
  'a..b',
  'a//b',
  '.a',
  'a/.b',
  'a.',
  'a.lock',
  'a.lock/b',
  'a~1',
  'a^',
  'a:b',
  'a?',
  'a*',
  'a[',
  'a\\b',
  'a@{1}',
  'a\tb',
];

test.each(ACCEPTED)('accepts the branch %j', (name) => {
  expect(gitReference('branch', name)).toBeUndefined();
});

test.each<[unknown, string]>([
  ['refs/heads/main', 'Did you mean "main"?'],
  [' main', 'Did you mean "main"?'],
  ['HEAD', 'Use a name such as "main".'],
  ['@', 'Use a name such as "main".'], // git reads it as HEAD
  [undefined, 'Use a name such as "main".'],
  ...REFUSED.map((name): [string, string] => [name, 'Use a name such as "main".']),
])('refuses the branch %j', (name, remedy) => {
  expect(gitReference('branch', name)).toEqual({ message: `must be the name of a branch; got "${String(name)}".`, remedy });
});

test('says the same as git', () => {
  const isAccepted = (name: string): boolean => {
    try {
      execFileSync('git', ['check-ref-format', '--branch', name], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };
  expect([...ACCEPTED, ...REFUSED].filter(isAccepted)).toEqual(ACCEPTED);
});

test('suggests a tag without refs/tags/', () => {
  expect(gitReference('tag', 'refs/tags/v1.2.3')).toEqual({
    message: 'must be the name of a tag; got "refs/tags/v1.2.3".',
    remedy: 'Did you mean "v1.2.3"?',
  });
});

test.each(['.', 'chart', './chart/', 'charts/a.b/c..d', 'a b'])('accepts the folder %j', (path) => {
  expect(repositoryFolder(path)).toBeUndefined();
});

const EXAMPLE = 'Use a folder such as "charts/thing", or "." for the root.';

test.each<[unknown, string]>([
  ['/chart', 'Did you mean "chart"?'],
  ['', EXAMPLE],
  ['/', EXAMPLE],
  ['../chart', EXAMPLE],
  ['a/../../b', EXAMPLE],
  ['..\\chart', EXAMPLE],
  [undefined, EXAMPLE],
])('refuses the folder %j', (path, remedy) => {
  expect(repositoryFolder(path)).toEqual({
    message: `must be a folder of the repository, relative to its root; got "${String(path)}".`,
    remedy,
  });
});
