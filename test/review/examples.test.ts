import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { report } from '../../review/format/report';
import { text } from '../../review/format/text';
import { gitTree } from '../../review/read/git-tree';
import { review } from '../../review/review';
import { type Files, TreeReader } from '../../review/tree';

/**
 * The examples in docs/reviewing.md are commits of this repository. The files of dist that each changed are stored as fixtures, because a clone
 * need not have the history. `WRITE_EXAMPLES=1 npx jest test/review/examples.test.ts` writes the page.
 */
interface Example {
  readonly name: string;
  readonly commit: string;
  readonly subject: string;
  readonly before: Readonly<Record<string, string>>;
  readonly after: Readonly<Record<string, string>>;
}

const ROOT = join(__dirname, '../..');
const FIXTURES = join(ROOT, 'test/fixtures/reviews');
const PAGE = join(ROOT, 'docs/reviewing.md');

const examples = readdirSync(FIXTURES).map((file): Example => {
  const content = JSON.parse(readFileSync(join(FIXTURES, file), 'utf8')) as Omit<Example, 'name'>;
  return { name: file.replace('.json', ''), ...content };
});

function reviewOf(before: Files, after: Files, base: string): string {
  const reader = new TreeReader();
  return text(report(review(reader.read(before, base), reader.read(after, 'later')), base));
}

const files = (content: Readonly<Record<string, string>>): Files => new Map(Object.entries(content));
const begin = (name: string): string => `<!-- example: ${name} -->\n`;
const END = '<!-- end of example -->';

function block({ commit, subject, before, after }: Example): string {
  const base = `${commit.slice(0, 7)}^`;
  return `\n"${subject}":\n\n\`\`\`text\n${reviewOf(files(before), files(after), base)}\`\`\`\n\n`;
}

test.each(examples.map((example) => [example.name, example] as const))('docs/reviewing.md shows the review of %s', (name, example) => {
  const page = readFileSync(PAGE, 'utf8');
  const [before, rest = ''] = page.split(begin(name));
  const shown = rest.slice(0, rest.indexOf(END));
  if (process.env['WRITE_EXAMPLES'] !== undefined)
    writeFileSync(PAGE, `${before}${begin(name)}${block(example)}${rest.slice(rest.indexOf(END))}`);
  else expect(shown).toBe(block(example));
});

test('there are three examples', () => {
  expect(examples).toHaveLength(3);
});

function isInHistory({ commit }: Example): boolean {
  try {
    execFileSync('git', ['cat-file', '-e', `${commit}^^{commit}`], { cwd: ROOT, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

// Skipped where git does not have the commits: in a shallow clone, or in an archive.
(examples.every(isInHistory) ? test : test.skip)('the fixtures are the changed files of the commits', () => {
  for (const { commit, before, after } of examples) {
    const [old, next] = [gitTree(`${commit}^`, ROOT), gitTree(commit, ROOT)];
    const changed = [...new Set([...old.keys(), ...next.keys()])].filter((path) => old.get(path) !== next.get(path));
    const only = (tree: Files): Record<string, string> =>
      Object.fromEntries(changed.flatMap((path) => (tree.has(path) ? [[path, tree.get(path) ?? '']] : [])));
    expect([before, after]).toEqual([only(old), only(next)]);
  }
});
