import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = join(__dirname, '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const topics = readdirSync(join(ROOT, 'docs')).filter((file) => file.endsWith('.md') && file !== 'README.md');
const pages = ['README.md', 'CONTRIBUTING.md', 'operator/README.md', 'docs/README.md', ...topics.map((file) => `docs/${file}`)];

/** The page without its code blocks, in which `[a](b)` and `#` mean something else. */
const prose = (page: string): string => read(page).replace(/^```[\s\S]*?^```/gm, '');

/** The anchors of a page's headings, as GitHub derives them. */
const anchors = (page: string): string[] =>
  [...prose(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s-]/gu, '')
      .replace(/ /g, '-'),
  );

test('docs/README.md lists every page of docs/', () => {
  for (const topic of topics) expect(read('docs/README.md')).toContain(`](${topic})`);
});

test('README.md is a first page: under 150 lines, each under 140 characters', () => {
  const lines = read('README.md').trimEnd().split('\n');
  expect(lines.length).toBeLessThan(150);
  // The lines of the picture are written by a program.
  const written = lines.filter((line) => !/^ {2}stage_/.test(line));
  expect(written.filter((line) => line.length >= 140)).toEqual([]);
});

test.each(pages)('every link in %s leads to a file and a heading that exist', (page) => {
  const links = [...prose(page).matchAll(/\]\((?!https?:|mailto:)([^)\s#]*)(?:#([^)\s]+))?\)/g)];
  const broken = links.flatMap(([link, path = '', anchor]) => {
    const target = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path));
    if (!existsSync(join(ROOT, target))) return [link];
    return anchor === undefined || anchors(target).includes(anchor) ? [] : [link];
  });
  expect(broken).toEqual([]);
});

test.each(pages)('every npm script that %s names is in package.json', (page) => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = [...read(page).matchAll(/npm run (?:--silent )?([a-z][a-z0-9:-]*)/g)].map(([, script = '']) => script);
  expect(named.filter((script) => !(script in scripts))).toEqual([]);
});
