import { crdNarrowed } from '../../../review/rules/crd-narrowed';
import { crd, findings } from '../support';

const schema = (fields: object): ReturnType<typeof crd> =>
  crd([{ name: 'v1', schema: { type: 'object', properties: { spec: { type: 'object', properties: fields } } } }]);

test('reports fields that accept fewer values and why, and not those that accept more', () => {
  const wide = schema({ port: { type: 'integer', maximum: 10 }, mode: { type: 'string', enum: ['a', 'b'] } });
  const narrow = schema({ port: { type: 'integer', maximum: 5 }, mode: { type: 'string', enum: ['a'] } });
  expect(findings(crdNarrowed, [wide], [narrow])).toEqual([
    'spec.versions[name=v1].schema | v1 accepts fewer values of spec.port (maximum: 10 -> 5), spec.mode (enum: no longer allows "b"): the API server refuses objects with others.',
  ]);
  expect(findings(crdNarrowed, [narrow], [wide])).toEqual([]);
});

test('counts what is more than five', () => {
  const fields = (type: string): object => Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, { type }]));
  expect(findings(crdNarrowed, [schema(fields('string'))], [schema(fields('integer'))])).toEqual([
    expect.stringContaining('spec.e (type: string -> integer) and 1 more:'),
  ]);
});
