import * as fc from 'fast-check';
import type { Manifest } from '../../../manifests/manifest';
import { crdChanges, isLoss } from '../../../manifests/schema/crd-change';
import { schemaFindings } from '../../../manifests/schema/schema-findings';
import type { StructuralSchema } from '../../../manifests/schema/structural-schema';
import { holds } from '../../properties';

interface Version {
  readonly name: string;
  readonly served?: boolean;
  readonly spec?: StructuralSchema;
}

const text: StructuralSchema = { type: 'string' };
const object = (properties: Readonly<Record<string, StructuralSchema>>, rest: StructuralSchema = {}): StructuralSchema => ({
  type: 'object',
  properties,
  ...rest,
});

function crdOf(...versions: readonly Version[]): Manifest {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.org' },
    spec: {
      versions: versions.map(({ name, served = true, spec = text }) => ({
        name,
        served,
        storage: true,
        schema: { openAPIV3Schema: object({ apiVersion: text, kind: text, metadata: { type: 'object' }, spec }) },
      })),
    },
  };
}

/** The changes between two schemas of `spec`: `removed spec.a`. */
function changes(before: StructuralSchema, after: StructuralSchema): string[] {
  return crdChanges(crdOf({ name: 'v1', spec: before }), crdOf({ name: 'v1', spec: after })).map(({ type, field, detail }) =>
    [type, field, detail].filter((word) => word !== undefined).join(' '),
  );
}

describe('versions', () => {
  const both = crdOf({ name: 'v1' }, { name: 'v2' });

  test('are added, removed, and no longer served', () => {
    expect(crdChanges(both, crdOf({ name: 'v2' }, { name: 'v3' }))).toEqual([
      { type: 'removed', version: 'v1', field: '' },
      { type: 'added', version: 'v3', field: '' },
    ]);
    expect(crdChanges(both, crdOf({ name: 'v1', served: false }, { name: 'v2' }))).toEqual([
      { type: 'unserved', version: 'v1', field: '' },
    ]);
    expect(crdChanges(crdOf({ name: 'v1', served: false }), crdOf({ name: 'v1' }))).toEqual([]);
  });

  test('are compared each with its own schema', () => {
    const after = crdOf({ name: 'v1' }, { name: 'v2', spec: { type: 'integer' } });
    expect(crdChanges(both, after)).toEqual([{ type: 'narrowed', version: 'v2', field: 'spec', detail: 'type: string -> integer' }]);
  });
});

describe('fields', () => {
  test('are named by the topmost one that differs', () => {
    const before = object({ a: object({ b: text }), c: text });
    expect(changes(before, object({ c: text, d: object({ e: text }) }))).toEqual(['removed spec.a', 'added spec.d']);
    expect(changes(before, object({ a: object({}), c: text }))).toEqual(['removed spec.a.b']);
  });

  test('of lists and maps are found', () => {
    const around = (inner: StructuralSchema): StructuralSchema =>
      object({ list: { type: 'array', items: inner }, map: { type: 'object', additionalProperties: inner } });
    expect(changes(around(object({ a: text })), around(object({})))).toEqual(['removed spec.list[].a', 'removed spec.map.*.a']);
  });

  test('are not removed where unknown fields are kept', () => {
    const open = object({}, { 'x-kubernetes-preserve-unknown-fields': true });
    expect(changes(object({ a: text }), open)).toEqual(['added spec.*']);
    expect(changes(object({ a: text }), { type: 'object', additionalProperties: text })).toEqual(['added spec.*']);
  });

  test('are removed where unknown fields are no longer kept', () => {
    const open = object({}, { 'x-kubernetes-preserve-unknown-fields': true });
    expect(changes(open, object({ a: text }))).toEqual(['narrowed spec.a type: none -> string', 'removed spec.*']);
  });

  test('that every object has do not count', () => {
    const bare = crdOf({ name: 'v1' });
    const named: Manifest = {
      ...bare,
      spec: { versions: [{ name: 'v1', served: true, schema: { openAPIV3Schema: object({ spec: text }) } }] },
    };
    expect(crdChanges(bare, named)).toEqual([]);
  });
});

describe('values', () => {
  test.each<[string, StructuralSchema, StructuralSchema, string]>([
    ['a lower maximum', { type: 'integer', maximum: 10 }, { type: 'integer', maximum: 5 }, 'maximum: 10 -> 5'],
    ['a new minimum', { type: 'integer' }, { type: 'integer', minimum: 1 }, 'minimum: none -> 1'],
    ['another type', text, { type: 'integer' }, 'type: string -> integer'],
    ['text only', { 'x-kubernetes-int-or-string': true }, text, 'type: integer or string -> string'],
    ['a new pattern', text, { type: 'string', pattern: '^a$' }, 'pattern: none -> ^a$'],
    ['an enum without a value', { enum: ['a', 'b'] }, { enum: ['a'] }, 'enum: no longer allows "b"'],
    ['a new enum', text, { type: 'string', enum: ['a'] }, 'enum: none -> ["a"]'],
    ['null', { type: 'string', nullable: true }, text, 'nullable: true -> false'],
    ['another form', { anyOf: [{ required: ['a'] }] }, { anyOf: [{ required: ['b'] }] }, 'anyOf: changed'],
    ['unique items', { type: 'array' }, { type: 'array', 'x-kubernetes-list-type': 'set' }, 'x-kubernetes-list-type: atomic -> set'],
    ['a rule', text, { type: 'string', 'x-kubernetes-validations': [{ rule: 'self != ""' }] }, 'rule: self != ""'],
    ['a required field', object({ a: text }), object({ a: text }, { required: ['a'] }), 'required: also a'],
  ])('are refused that were accepted: %s', (_, before, after, detail) => {
    expect(changes(before, after)).toEqual([`narrowed spec ${detail}`]);
    expect(changes(after, before)).toEqual(detail.startsWith('type: string') || detail.startsWith('anyOf') ? [expect.anything()] : []);
  });

  test('are accepted by texts, defaults and wider limits alone', () => {
    const before: StructuralSchema = { type: 'integer', maximum: 5, anyOf: [{ minimum: 1 }] };
    const described = { description: 'some', anyOf: [{ minimum: 1, description: 'some' }] };
    expect(changes(before, { ...before, maximum: 6, default: 1, ...described } as StructuralSchema)).toEqual([]);
    expect(changes({ type: 'integer' }, { 'x-kubernetes-int-or-string': true })).toEqual([]);
  });

  test('of a required field that has a default are never missing', () => {
    const filled = object({ a: { type: 'string', default: 'x' } }, { required: ['a'] });
    expect(changes(object({ a: text }), filled)).toEqual([]);
  });
});

/** Schemas and values of a few fields, so that many of them meet. */
const names = fc.constantFrom('a', 'b', 'c');
const schemas = fc.letrec<{ schema: StructuralSchema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    fc.record({ type: fc.constant('string'), maxLength: fc.nat(3), nullable: fc.boolean() }, { requiredKeys: ['type'] }),
    fc.record({ type: fc.constantFrom('integer', 'number'), minimum: fc.nat(3), maximum: fc.nat(3) }, { requiredKeys: ['type'] }),
    fc.record({ type: fc.constant('string'), enum: fc.uniqueArray(fc.constantFrom('x', 'y', 'z'), { minLength: 1 }) }),
    fc.constant({ 'x-kubernetes-int-or-string': true }),
    fc.constant({ 'x-kubernetes-preserve-unknown-fields': true }),
    fc.record(
      {
        type: fc.constant('array'),
        items: tie('schema'),
        maxItems: fc.nat(2),
        'x-kubernetes-list-type': fc.constantFrom('atomic' as const, 'set' as const),
      },
      { requiredKeys: ['type', 'items'] },
    ),
    fc.record({ type: fc.constant('object'), additionalProperties: tie('schema') }),
    fc.record(
      {
        type: fc.constant('object'),
        properties: fc.dictionary(names, tie('schema'), { maxKeys: 3 }),
        required: fc.uniqueArray(names),
        'x-kubernetes-preserve-unknown-fields': fc.boolean(),
      },
      { requiredKeys: ['type', 'properties'] },
    ),
  ),
})).schema;
const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<unknown>('', 'x', 'z', 'long', 0, 1, 3, 2.5, null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(names, tie('value'), { maxKeys: 3 }),
  ),
})).value;

test('reports a loss whenever an object that was accepted is refused or pruned', () => {
  holds(
    fc.property(schemas, schemas, values, (before, after, spec) => {
      const findings = (schema: StructuralSchema): unknown[] => schemaFindings(object({ spec: schema }), { spec });
      fc.pre(findings(before).length === 0 && findings(after).length > 0);
      const found = crdChanges(crdOf({ name: 'v1', spec: before }), crdOf({ name: 'v1', spec: after }));
      expect(found.some(isLoss)).toBe(true);
    }),
  );
});
