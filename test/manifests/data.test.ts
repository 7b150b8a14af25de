import { Size } from 'cdk8s';
import { dataFindings } from '../../manifests/data';

const cyclic: Record<string, unknown> = { name: 'a' };
cyclic['self'] = { list: [cyclic] };

const DATA = 'must be text, a finite number, a boolean, null, a list or a map';

test.each<[string, unknown, string]>([
  ['NaN', { a: [1, NaN] }, `a[1]: ${DATA}; got NaN. Use a finite number.`],
  ['Infinity', { a: Infinity }, `a: ${DATA}; got Infinity. Use a finite number.`],
  ['-Infinity', { a: -Infinity }, `a: ${DATA}; got -Infinity. Use a finite number.`],
  ['a function', { a: { b: () => 1 } }, `a.b: ${DATA}; got a function. Remove it, or use the value itself.`],
  ['a symbol', { a: Symbol('a') }, `a: ${DATA}; got a symbol. Remove it, or use the value itself.`],
  ['a bigint', { a: 1n }, `a: ${DATA}; got a bigint. Remove it, or use the value itself.`],
  ['a date', { a: new Date(0) }, `a: ${DATA}; got an instance of Date. Convert it to text or to a map.`],
  ['a Map', { a: new Map() }, `a: ${DATA}; got an instance of Map. Convert it to text or to a map.`],
  ['a size of cdk8s', { a: Size.gibibytes(1) }, `a: ${DATA}; got an instance of Size. Convert it to text or to a map.`],
  ['a cycle', cyclic, 'self.list[0]: must not contain itself; got a cyclic value. Copy the part that is needed.'],
  ['half a character', { a: '\ud83d' }, 'a: must be valid Unicode; got text with half of a surrogate pair. Use the complete character.'],
  [
    'a key of half a character',
    { '\udc00': 1 },
    '\udc00: must be valid Unicode; got keys with half of a surrogate pair. Use the complete character.',
  ],
])('reports %s with its path', (_, value, expected) => {
  expect(dataFindings(value).map(({ field, message, remedy }) => `${field}: ${message} ${remedy}`)).toEqual([expected]);
});

test('reports all of them', () => {
  expect(dataFindings({ a: NaN, b: [NaN, { c: NaN }] }).map(({ field }) => field)).toEqual(['a', 'b[0]', 'b[1].c']);
});

test.each<[string, unknown]>([
  ['data', { a: [1, -0, 'x', true, null, undefined, {}, []], constructor: 'x', '\ud83d\ude00': '\ud83d\ude00' }],
  ['a part that occurs twice', ((part) => ({ a: part, b: [part, part] }))({ c: 1 })],
])('accepts %s', (_, value) => {
  expect(dataFindings(value)).toEqual([]);
});
