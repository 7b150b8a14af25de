import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { parseYaml, parseYamlDocuments } from '../../manifests/parse-yaml';
import { toYamlDocuments } from '../../manifests/yaml';
import { examples, structure } from '../deep/values';
import { holds, runs } from '../properties';

const read = (text: string): unknown[] | undefined => {
  const documents = parseYamlDocuments(text);
  return documents.some(({ error }) => error !== undefined) ? undefined : documents.map(({ value }) => value);
};

/** What the YAML library reads, but for empty documents; undefined when it reports an error. */
function byLibrary(text: string): unknown[] | undefined {
  const documents = parseAllDocuments(text, { logLevel: 'silent' });
  if (documents.some(({ errors }) => errors.length > 0)) return undefined;
  try {
    return documents.map((document) => document.toJS() as unknown).filter((value) => value !== null);
  } catch {
    // An alias without its anchor.
    return undefined;
  }
}

test.each([
  ['a map in a list in a map', 'a:\n  - b: 1\n    c:\n      d: x\n  - e: y\n'],
  ['a list as deep as its key', 'a:\n- b\n- c: 1\n  d: 2\ne: 3\n'],
  ['lists in lists', '- - a\n  - - b\n- c\n'],
  ['a list item below its dash', '-\n  a: 1\n- b\n'],
  ['keys and items without a value', 'a:\nb:\n  -\n  - c\nd:\n'],
  ['numbers, booleans and null', 'a: 1\nb: -2.5e3\nc: true\nd: null\ne: False\nf: .5\ng: +3\n'],
  ['texts that begin like a number', 'a: 5Gi\nb: 0 1 * * 0\nc: 1.2.3\nd: 2024-01-01\ne: 10.0.0.0/8\n'],
  ['quotes', `a: "b\\n\\u00e4: #"\n"c: d": 'it''s'\n`],
  ['literal blocks', 'a: |\n  b\n\n   c # d\n  e: f\n\ng: |-\n  h\n\ni: |+\n  j\n\n\nk: 1\n'],
  ['a literal block at the end', 'a:\n  - |+\n    b\n\n'],
  ['JSON as a value', 'a: {"b":[1,{"c":null}]}\nd: []\n'],
  ['JSON without a line break at the end', '{"a": [1]}'],
  ['several documents with comments', '# x\n---\na: 1\n# y\n---\n# nothing\n---\n{"kind":"x"}\n---\nb: 2\n'],
])('reads %s as the YAML library does', (_name, text) => {
  expect(read(text)).toEqual(byLibrary(text));
});

test.each([
  ['anchors', 'a: &x 1\nb: *x\n'],
  ['a tag', 'a: !!str 1\n'],
  ['a folded block', 'a: >\n  b\n  c\n'],
  ['a scalar of several lines', 'a: b\n  c\n'],
  ['a comment behind a value', 'a: b # c\n'],
  ['no line break at the end', 'a: 1'],
  ['carriage returns', 'a: 1\r\n'],
  ['numbers of YAML 1.2', 'a: 0x1F\nb: 0o17\nc: 017\nd: 1.\n'],
  ['texts that are numbers elsewhere', 'a: 0b11\nb: 1_000\nc: 1:30\nd: 0X1F\ne: 1e1_0\nf: yes\ng: 2024-01-01\nh: <<\n'],
])('reads %s as the YAML library does', (_name, text) => {
  expect(read(text)).toEqual(byLibrary(text));
});

test.each([
  ['a duplicate key', 'a: 1\na: 2\n', 'Map keys must be unique'],
  ['a tab as indentation', 'a:\n\tb: 1\n', 'Tabs are not allowed as indentation'],
  ['an alias without its anchor', 'a: *x\n', 'Unresolved alias'],
  ['indentation that fits no map', 'a:\n    b: 1\n  c: 2\n', 'All mapping items must start at the same column'],
])('says what is not valid about %s, in the words of the YAML library', (_name, text, message) => {
  expect(parseYamlDocuments(text)).toEqual([{ value: null, error: expect.stringContaining(message) as string }]);
  expect(() => parseYaml(text)).toThrow(message);
});

test('reads what toYaml writes', () => {
  holds(
    fc.property(fc.array(fc.dictionary(fc.stringMatching(/^[a-zA-Z./ :-]{1,8}$/), structure), { minLength: 1, maxLength: 3 }), (values) => {
      const text = toYamlDocuments(values);
      expect(read(text)).toEqual(byLibrary(text));
    }),
  );
});

/** Parts of YAML in an order that may be valid or not, but for keys that are no text: the libraries name them differently. */
const anyLines = fc
  .array(
    fc.tuple(
      fc.constantFrom(0, 0, 2, 2, 4),
      fc.array(fc.constantFrom('- ', '-', 'a: ', 'b: ', 'c:', '"d e": ', '  '), { maxLength: 3 }),
      fc.constantFrom(
        ...[
          '',
          '',
          'x',
          'x y',
          '1',
          '-1.5',
          '.5e3',
          '0o7',
          'null',
          '~',
          'true',
          '|',
          '|-',
          '|+',
          '>',
          '[]',
          '{"a": 1}',
          '[a]',
          '"q"',
          "'q'",
        ],
        ...['"q', 'a:b', 'a: b', '# c', 'x # c', '!t', '---', '...', '%x', '@', ' ', 'http://x', '-x', '__proto__: 1'],
      ),
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((lines) => lines.map(([indent, prefixes, value]) => `${' '.repeat(indent)}${prefixes.join('')}${value}\n`).join(''));

/**
 * Documents as Kubernetes knows them: maps and lists. Not compared is what js-yaml reads otherwise and toYaml does not write: lists whose items are not
 * aligned, an item without a value at the end of a list in a list, and blocks that begin with blank lines of tabs.
 */
test('reads no text otherwise than the YAML library does', () => {
  const valid = examples(anyLines, runs(60_000)).flatMap((text) => {
    const values = /- +-[ \t]*$/m.test(text) ? undefined : byLibrary(text);
    return values?.every((value) => typeof value === 'object') ? [{ text, values }] : [];
  });
  const differing = valid.filter(({ text, values }) => !isDeepStrictEqual(read(text), values));
  expect(differing.slice(0, 3).map(({ text, values }) => ({ text, values, read: read(text) }))).toEqual([]);
  // Otherwise nothing was compared.
  expect(valid.length).toBeGreaterThan(runs(60_000) / 200);
});
