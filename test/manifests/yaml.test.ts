import { parse, parseAllDocuments } from 'yaml';
import { parseYamlDocuments } from '../../manifests/parse-yaml';
import { toYaml, toYamlDocuments } from '../../manifests/yaml';
import { ambiguousTexts } from '../deep/values';

test.each([
  ['0X1F', '"0X1F"'],
  ['0B101', '"0B101"'],
  ['0O17', '"0O17"'],
  ['+0o17', '"+0o17"'],
  ['1e1_0', '"1e1_0"'],
  ['1:30', '"1:30"'],
  ['on', '"on"'],
  ['<<', '"<<"'],
  ['a\u2028b', '"a\\u2028b"'],
  ['a\u2029b', '"a\\u2029b"'],
  ['a\u0085b', '"a\\u0085b"'],
  ['a\u007fb', '"a\\u007fb"'],
  ['\ufeffa', '"\\ufeffa"'],
  ['5.8.7', '5.8.7'],
  ['10Gi', '10Gi'],
  ['-c', '-c'],
])('writes the text %j as %s, as a value and as a key', (text, expected) => {
  expect(toYaml({ a: text })).toBe(`a: ${expected}\n`);
  expect(toYaml({ [text]: 1 })).toBe(`${expected}: 1\n`);
});

test('writes -0 as 0, at any depth', () => {
  expect(toYaml({ a: -0, b: [{ c: -0 }] })).toBe('a: 0\nb:\n  - c: 0\n');
});

test.each(['1.1', '1.2'] as const)('YAML %s reads ambiguous texts back, as values and as keys', (version) => {
  const meant = ambiguousTexts.filter((text) => text !== '__proto__').map((text) => ({ [text]: text }));
  expect(parse(toYaml(meant), { version })).toEqual(meant);
});

test('writes text of several lines as lines, and a part that occurs twice twice', () => {
  const part = { text: 'a: 1\nb:\n  - 2\n' };
  expect(toYaml([part, part])).toBe(`${'- text: |\n    a: 1\n    b:\n      - 2\n'.repeat(2)}`);
});

test('sorts keys if asked to', () => {
  expect(toYaml({ b: 1, a: 2 })).toBe('b: 1\na: 2\n');
  expect(toYaml({ b: 1, a: 2 }, { sorted: true })).toBe('a: 2\nb: 1\n');
});

test('separates documents', () => {
  expect(toYamlDocuments([{ a: 1 }, { b: 2 }])).toBe('a: 1\n---\nb: 2\n');
});

test('writes a generated CRD as one line of JSON between objects in YAML, which every reader reads alike', () => {
  const annotations = { 'platform.kapernikov.com/generated': 'by npm run import' };
  const crd = { metadata: { annotations }, spec: { text: 'line\n--- \u2028\ufeff\u0085 "', deep: [{ b: -0 }], '1:30': 'on' } };
  const values = [{ a: 'one' }, crd, { c: null }];
  const text = toYamlDocuments(values);
  expect(text.split('\n').filter((line) => line.startsWith('{'))).toHaveLength(1);
  expect(text).not.toMatch(/[\u2028\ufeff\u0085]/);
  const meant = JSON.parse(JSON.stringify(values)) as unknown;
  expect(parseYamlDocuments(text).map(({ value }) => value)).toEqual(meant);
  for (const version of ['1.1', '1.2'] as const)
    expect(parseAllDocuments(text, { version }).map((document) => document.toJS() as unknown)).toEqual(meant);
});
