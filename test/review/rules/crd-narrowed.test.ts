import { crdNarrowed } from '../../../review/rules/crd-narrowed';
import { crd, findings } from '../support';

const root = (schema: Readonly<Record<string, unknown>>): ReturnType<typeof crd> =>
  crd([{ name: 'v1', schema: { type: 'object', ...schema } }]);
const schema = (fields: object): ReturnType<typeof crd> => root({ properties: { spec: { type: 'object', properties: fields } } });

test('reports fields that accept fewer values and why, and not those that accept more', () => {
  const wide = schema({ port: { type: 'integer', maximum: 10 }, mode: { type: 'string', enum: ['a', 'b'] } });
  const narrow = schema({ port: { type: 'integer', maximum: 5 }, mode: { type: 'string', enum: ['a'] } });
  expect(findings(crdNarrowed, [wide], [narrow])).toEqual([
    'spec.versions[name=v1].schema | v1 accepts fewer values of spec.port (maximum: 10 -> 5), spec.mode (enum: no longer allows "b"): the API server refuses objects with others.',
  ]);
  expect(findings(crdNarrowed, [narrow], [wide])).toEqual([]);
});

test('names the object where its own schema accepts fewer values', () => {
  expect(findings(crdNarrowed, [root({})], [root({ required: ['spec'] })])).toEqual([
    'spec.versions[name=v1].schema | v1 accepts fewer values of the object (required: also spec): the API server refuses objects with others.',
  ]);
});

test('says that the API server may refuse, where a rule, a pattern or a form is another one', () => {
  const before = schema({ a: { type: 'string' }, b: { type: 'string', pattern: '^b$' }, c: { type: 'object' } });
  const after = schema({
    a: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self != "a"' }] },
    b: { type: 'string', pattern: '^b+$' },
    c: { type: 'object', anyOf: [{ required: ['d'] }] },
  });
  expect(findings(crdNarrowed, [before], [after])).toEqual([
    'spec.versions[name=v1].schema | v1 has other rules for spec.a (rule: self != "a"), spec.b (pattern: ^b$ -> ^b+$), spec.c (anyOf: changed): the API server may refuse objects that it accepted.',
  ]);
});

test('counts what is more than five', () => {
  const fields = (type: string): object => Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, { type }]));
  expect(findings(crdNarrowed, [schema(fields('string'))], [schema(fields('integer'))])).toEqual([
    expect.stringContaining('spec.e (type: string -> integer) and 1 more:'),
  ]);
});
