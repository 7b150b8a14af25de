import { durationOf } from './cel';
import type { StructuralSchema } from './crd';
import { formatDuration } from './duration';

/** What CEL reserves: such a field is written `__namespace__` in a rule. */
const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);

/** The name of a field in a rule: https://kubernetes.io/docs/reference/using-api/cel/#escaping */
export function escapeField(name: string): string {
  if (RESERVED.has(name)) return `__${name}__`;
  return name.replaceAll('__', '__underscores__').replaceAll('.', '__dot__').replaceAll('-', '__dash__').replaceAll('/', '__slash__');
}

/** A value as rules see it, by the types of its schema: 1 is an int or a double, "5m" a string or a duration. */
export function toCel(value: unknown, schema: StructuralSchema | undefined): unknown {
  if (typeof value === 'number') return schema?.type !== 'number' && Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value === 'string') return formatted(value, schema?.format);
  // A new list, not a mapped one: under jest, cel-js does not take one that structuredClone made for a list.
  if (Array.isArray(value)) return Array.from(value as unknown[], (item) => toCel(item, schema?.items));
  if (typeof value !== 'object' || value === null) return value;
  return new Map(
    Object.entries(value).map(([name, field]) => {
      const declared = own(schema?.properties, name);
      // Only a declared field is escaped: the keys of a map are strings to a rule.
      return declared ? [escapeField(name), toCel(field, declared)] : [name, toCel(field, mapValues(schema))];
    }),
  );
}

/** The schema of the values of a map, if it is one. */
export function mapValues(schema: StructuralSchema | undefined): StructuralSchema | undefined {
  return typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

/** A field that the record has itself: data may be called "constructor". */
export function own<Value>(record: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined {
  return record && Object.hasOwn(record, name) ? record[name] : undefined;
}

function formatted(text: string, format: string | undefined): unknown {
  if (format === 'duration') {
    const nanoseconds = formatDuration(text);
    return nanoseconds === undefined ? text : durationOf(nanoseconds);
  }
  if (format === 'date-time') return new Date(text);
  if (format === 'byte') return Buffer.from(text, 'base64');
  return text;
}
