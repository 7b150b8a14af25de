import type { AnySchemaObject } from 'ajv';
import { mapValues } from './cel-value';
import type { StructuralSchema } from './crd';

/** What means the same in JSON Schema and is taken over as it is. */
const SAME = new Set(
  (
    'type format pattern enum default required minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum multipleOf ' +
    'minItems maxItems uniqueItems minProperties maxProperties allOf anyOf oneOf not'
  ).split(' '),
);

/** What is handled below, what is for readers, and what only says how objects are merged. Rules in CEL are looked at elsewhere. */
const OTHER = new Set(
  (
    'description title example externalDocs nullable properties additionalProperties items x-kubernetes-int-or-string ' +
    'x-kubernetes-preserve-unknown-fields x-kubernetes-embedded-resource x-kubernetes-list-type x-kubernetes-list-map-keys ' +
    'x-kubernetes-map-type x-kubernetes-validations'
  ).split(' '),
);

/** `x-kubernetes-list-map-keys` as a keyword for ajv: no two items have all of these fields in common. */
export const UNIQUE_BY = 'uniqueBy';

const text = { type: 'string' };
const texts = { type: 'object', additionalProperties: text };

/** Every object's metadata. A CRD says nothing about it, and the API server refuses anything else. */
const METADATA: AnySchemaObject = {
  type: 'object',
  properties: {
    name: text,
    generateName: text,
    namespace: text,
    labels: texts,
    annotations: texts,
    finalizers: { type: 'array', items: text },
    ownerReferences: { type: 'array', items: { type: 'object' } },
  },
  additionalProperties: false,
};

const OBJECT = { apiVersion: text, kind: text, metadata: METADATA };

/** The schema of a whole object as JSON Schema that lets nothing pass that the API server would refuse or silently drop. */
export function closeObject(schema: StructuralSchema): AnySchemaObject {
  const closed = close(schema);
  return {
    ...closed,
    properties: { ...closed['properties'], ...OBJECT },
    // Some CRDs, as that of an Application, name metadata by themselves.
    required: [...new Set<unknown>([...((closed['required'] as unknown[] | undefined) ?? []), 'apiVersion', 'kind', 'metadata'])],
  };
}

/**
 * A structural schema as JSON Schema. The API server drops every field that it does not know, without a word: here it is an error.
 * What stands below `anyOf` and its like constrains fields and declares none, so it is not closed.
 */
export function close(schema: StructuralSchema): AnySchemaObject {
  const closed: AnySchemaObject = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (SAME.has(keyword)) closed[keyword] = value;
    else if (!OTHER.has(keyword)) throw new Error(`A CRD has the keyword "${keyword}", and closed-schema.ts does not know what it means.`);
  }
  if (schema['x-kubernetes-int-or-string']) closed['type'] = ['integer', 'string'];
  if (schema.type === 'object') Object.assign(closed, closeFields(schema));
  if (schema.items) closed['items'] = close(schema.items);
  if (schema['x-kubernetes-list-type'] === 'set') closed['uniqueItems'] = true;
  if (schema['x-kubernetes-list-type'] === 'map') closed[UNIQUE_BY] = schema['x-kubernetes-list-map-keys'] ?? [];
  return schema.nullable ? orNull(closed) : closed;
}

function closeFields(schema: StructuralSchema): AnySchemaObject {
  const preserves = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const properties = Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, field]) => [name, close(field)]));
  const values = mapValues(schema);
  const additionalProperties = values ? close(values) : preserves || schema.additionalProperties === true;
  if (!schema['x-kubernetes-embedded-resource']) return { properties, additionalProperties };
  return {
    properties: { ...properties, ...OBJECT },
    additionalProperties,
    required: [...((schema['required'] as string[] | undefined) ?? []), 'apiVersion', 'kind'],
  };
}

function orNull(schema: AnySchemaObject): AnySchemaObject {
  const types: unknown = schema['type'];
  if (types === undefined) return schema;
  return {
    ...schema,
    type: [...(Array.isArray(types) ? (types as unknown[]) : [types]), 'null'],
    ...(schema['enum'] ? { enum: [...(schema['enum'] as unknown[]), null] } : {}),
  };
}
