import { CrdSchema } from './crd-schema';
import type { KubernetesObject, StructuralSchema } from './crd';

/** A schema of a kind whose spec is this. */
function kindOf(spec: StructuralSchema, root: Partial<StructuralSchema> = {}): CrdSchema {
  const openAPIV3Schema = { type: 'object', properties: { spec }, ...root };
  const version = { name: 'v1', served: true, schema: { openAPIV3Schema } };
  return new CrdSchema({
    kind: 'CustomResourceDefinition',
    spec: { group: 'example.com', names: { kind: 'Thing' }, versions: [version, { ...version, name: 'v0', served: false }] },
  });
}

const thing = (spec: unknown): KubernetesObject => ({ apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'thing' }, spec });

const object = (properties: Record<string, StructuralSchema>): StructuralSchema => ({ type: 'object', properties });
const text: StructuralSchema = { type: 'string' };

describe('The schema of a CRD', () => {
  it('accepts what is declared, and metadata, which no CRD declares', () => {
    const labelled = { ...thing({ a: 'x' }), metadata: { name: 'thing', namespace: 'default', labels: { a: 'b' } } };
    expect(kindOf(object({ a: text })).findings(labelled)).toEqual([]);
  });

  it('refuses fields that the API server would drop silently', () => {
    const schema = kindOf(object({ a: text, nested: object({}), list: { type: 'array', items: object({}) } }));
    expect(schema.findings(thing({ b: 1, nested: { c: 1 }, list: [{ d: 1 }] }))).toEqual([
      'spec: unknown field "b"',
      'spec.nested: unknown field "c"',
      'spec.list[0]: unknown field "d"',
    ]);
    expect(schema.findings({ ...thing({}), extra: 1 })).toEqual(['(the object): unknown field "extra"']);
  });

  it('lets pass what a field preserves, and checks what is declared beside it', () => {
    const schema = kindOf({ ...object({ a: text }), 'x-kubernetes-preserve-unknown-fields': true });
    expect(schema.findings(thing({ anything: [1, { b: null }] }))).toEqual([]);
    expect(schema.findings(thing({ a: 1 }))).toEqual(['spec.a: must be string']);
  });

  it('checks the values of a map under every key', () => {
    const schema = kindOf({ type: 'object', additionalProperties: text });
    expect(schema.findings(thing({ constructor: 'x', toString: 'y' }))).toEqual([]);
    expect(schema.findings(thing({ 'a/b': 1 }))).toEqual(['spec.a/b: must be string']);
  });

  it('does not close what stands below anyOf, which only constrains', () => {
    const schema = kindOf({
      ...object({ a: text, b: text }),
      anyOf: [{ required: ['a'] }, { properties: { b: { enum: ['x'] } }, required: ['b'] }],
    });
    expect(schema.findings(thing({ a: '1', b: '2' }))).toEqual([]);
    expect(schema.findings(thing({}))).toContain('spec: must match a schema in anyOf');
  });

  it('accepts whole numbers and text for int-or-string, and a pattern for the text', () => {
    const schema = kindOf(object({ port: { 'x-kubernetes-int-or-string': true, pattern: '^[a-z]+$' } }));
    expect(schema.findings(thing({ port: 80 }))).toEqual([]);
    expect(schema.findings(thing({ port: 'http' }))).toEqual([]);
    expect(schema.findings(thing({ port: 80.5 }))).toEqual(['spec.port: must be integer,string']);
    expect(schema.findings(thing({ port: 'HTTP' }))).toEqual(['spec.port: must match pattern "^[a-z]+$"']);
  });

  it('accepts null only where it is nullable', () => {
    const schema = kindOf(object({ may: { ...text, nullable: true, enum: ['x'] }, mayNot: text }));
    expect(schema.findings(thing({ may: null }))).toEqual([]);
    expect(schema.findings(thing({ mayNot: null }))).toEqual(['spec.mayNot: must be string']);
  });

  it('wants an embedded resource to say what it is', () => {
    const schema = kindOf(
      object({ inner: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true } }),
    );
    expect(schema.findings(thing({ inner: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: {} } }))).toEqual([]);
    expect(schema.findings(thing({ inner: { data: {} } }))).toEqual([
      "spec.inner: must have required property 'apiVersion'",
      "spec.inner: must have required property 'kind'",
    ]);
  });

  it('refuses two items of a map with the same keys, and two equal items of a set', () => {
    const ports: StructuralSchema = {
      type: 'array',
      items: object({ port: { type: 'integer' }, protocol: { ...text, default: 'TCP' } }),
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['port', 'protocol'],
    };
    const schema = kindOf(object({ ports, names: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' } }));
    expect(schema.findings(thing({ ports: [{ port: 1 }, { port: 1, protocol: 'UDP' }], names: ['a', 'b'] }))).toEqual([]);
    expect(schema.findings(thing({ ports: [{ port: 1 }, { port: 1, protocol: 'TCP' }] }))).toEqual([
      'spec.ports: must not have two items with the same port, protocol',
    ]);
    expect(schema.findings(thing({ ports: [null, 'x'] }))).toContain('spec.ports[0]: must be object');
    expect(schema.findings(thing({ names: ['a', 'a'] }))[0]).toContain('spec.names: must NOT have duplicate items');
  });

  it('reads patterns as RE2, which is not what JavaScript has', () => {
    const schema = kindOf(object({ unit: { ...text, pattern: '^(?i:ms|s)$' }, word: { ...text, pattern: '^[[:alpha:]]+$' } }));
    expect(schema.findings(thing({ unit: 'MS', word: 'abc' }))).toEqual([]);
    expect(schema.findings(thing({ unit: 'h', word: 'a1' }))).toHaveLength(2);
  });

  it.each<[string, StructuralSchema, unknown[], unknown[]]>([
    ['int32', { type: 'integer' }, [0, -(2 ** 31), 2 ** 31 - 1], [2 ** 31, 0.5]],
    ['int64', { type: 'integer' }, [2 ** 40], [2 ** 60]],
    ['duration', text, ['0', '90s', '1h30m', '2 weeks', '-1.5ms'], ['10', 'soon', '']],
    ['date-time', text, ['2026-11-12T00:00:00Z', '2026-11-12T00:00:00.5+01:00'], ['2026-11-12', '2026-13-12T00:00:00Z']],
    ['ipv4', text, ['10.0.0.1'], ['10.0.0.256', '::1']],
    ['ipv6', text, ['::1'], ['10.0.0.1']],
  ])('knows the format %s', (format, type, good, bad) => {
    const schema = kindOf(object({ value: { ...type, format } }));
    for (const value of good) expect(schema.findings(thing({ value }))).toEqual([]);
    for (const value of bad) expect([value, schema.findings(thing({ value }))]).not.toEqual([value, []]);
  });

  it('says of another kind, and of a version that is not served, what is served', () => {
    const schema = kindOf(object({}));
    expect(schema.findings({ ...thing({}), apiVersion: 'example.com/v0' })).toEqual([
      'apiVersion: example.com/v0 Thing is not served, but example.com/v1 Thing',
    ]);
    expect(schema.findings({ ...thing({}), kind: 'Other' })).toHaveLength(1);
  });

  it('does not accept a CRD with a keyword or a format that it would have to leave out', () => {
    expect(() => kindOf({ ...text, 'x-kubernetes-new': true }).version('example.com/v1')).toThrow('"x-kubernetes-new"');
    expect(() => kindOf({ ...text, format: 'unheard-of' }).version('example.com/v1')).toThrow('unknown format "unheard-of"');
  });

  it('leaves the object as it was', () => {
    const given = thing({});
    kindOf(object({ a: { ...text, default: 'x' } })).findings(given);
    expect(given).toEqual(thing({}));
  });
});
