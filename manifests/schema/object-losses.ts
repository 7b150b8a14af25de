import { isDeepStrictEqual } from 'node:util';
import { isMap, type YamlMap } from '../fields';
import type { FieldFinding } from '../finding';
import { schemaFindings } from './schema-findings';
import type { StructuralSchema } from './structural-schema';

/**
 * What an API server drops from an object, or refuses in it, when the schema of its kind changes. The status does not count, because its controller
 * writes it again, and neither does a default of a field that is removed. Rules in CEL are not evaluated.
 */
export function objectLosses(before: StructuralSchema, after: StructuralSchema, object: YamlMap): FieldFinding[] {
  const fields: YamlMap = { ...object, status: undefined };
  const known = new Set(schemaFindings(before, fields).map(({ field }) => field));
  return schemaFindings(after, withoutDefaults(fields, before, after) as YamlMap).filter(({ field }) => !known.has(field));
}

/** A value without the defaults of fields that the later schema does not have. */
function withoutDefaults(value: unknown, before: StructuralSchema | undefined, after: StructuralSchema | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutDefaults(item, before?.items, after?.items));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, child]) => {
      const [old, next] = [before, after].map((schema) => fieldOf(schema, name));
      return !next && isDefault(child, old) ? [] : [[name, withoutDefaults(child, old, next)]];
    }),
  );
}

/** A map can have fields that are defaults themselves: the API server adds them to the default of the map. */
function isDefault(value: unknown, schema: StructuralSchema | undefined): boolean {
  if (schema?.default === undefined) return false;
  return isDeepStrictEqual(withoutDefaults(value, schema, undefined), withoutDefaults(schema.default, schema, undefined));
}

function fieldOf(schema: StructuralSchema | undefined, name: string): StructuralSchema | undefined {
  const { properties = {}, additionalProperties } = schema ?? {};
  return Object.hasOwn(properties, name) ? properties[name] : isMap(additionalProperties) ? additionalProperties : undefined;
}
