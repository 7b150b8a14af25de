import { crdField } from '../../../review/rules/crd-field';
import { crd, findings } from '../support';

const withFields = (...names: readonly string[]): object => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
});
const schema = (spec: object): ReturnType<typeof crd> => crd([{ name: 'v1', schema: { type: 'object', properties: { spec } } }]);

test('reports a field that is removed, and not one that is added', () => {
  const [two, one] = [schema(withFields('a', 'b')), schema(withFields('a'))];
  expect(findings(crdField, [two], [one])).toEqual([
    'spec.versions[name=v1].schema | v1 loses spec.b: the API server drops the values from objects when they are written again.',
  ]);
  expect(findings(crdField, [one], [two])).toEqual([]);
});

test('looks into lists and maps', () => {
  const list = (inner: object): object => ({
    type: 'object',
    properties: { list: { type: 'array', items: inner }, map: { type: 'object', additionalProperties: inner } },
  });
  expect(findings(crdField, [schema(list(withFields('a')))], [schema(list(withFields()))])).toEqual([
    expect.stringContaining('v1 loses spec.list[].a, spec.map.*.a:'),
  ]);
});

test('counts what is more than five', () => {
  expect(findings(crdField, [schema(withFields('a', 'b', 'c', 'd', 'e', 'f'))], [schema(withFields())])).toEqual([
    expect.stringContaining('spec.e and 1 more:'),
  ]);
});

test('accepts it where unknown fields are kept', () => {
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  expect(findings(crdField, [schema(withFields('a'))], [schema(open)])).toEqual([]);
});
