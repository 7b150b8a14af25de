import { isIPv4, isIPv6 } from 'node:net';
import type * as re2js from 're2js';
import { isMap } from '../fields';
import type { Finding } from '../finding';
import type { StructuralSchema } from './structural-schema';

const NAMES: Readonly<Record<string, string>> = {
  object: 'a map',
  array: 'a list',
  string: 'text',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
};

const IS: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isMap,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
};

/** What is wrong with the type of a value, null included. */
export function typeFinding(value: unknown, schema: StructuralSchema): Finding | undefined {
  const types = schema['x-kubernetes-int-or-string'] ? ['integer', 'string'] : schema.type === undefined ? [] : [schema.type];
  if (types.length === 0 || types.some((type) => IS[type]?.(value) ?? true)) return undefined;
  const isTextOfNumber =
    typeof value === 'string' && types.some((type) => type === 'integer' || type === 'number') && Number(value) === Number(value);
  return {
    message: `must be ${types.map((type) => NAMES[type] ?? type).join(' or ')}; got ${shortened(value)}.`,
    remedy: isTextOfNumber ? 'Write it without quotes.' : value === null ? 'Set it or leave it out.' : 'Change it.',
  };
}

/** What is wrong with a text of the right type. */
export function textFinding(
  value: string,
  { minLength = 0, maxLength = Infinity, pattern, format }: StructuralSchema,
): Finding | undefined {
  const { length } = [...value];
  if (length < minLength)
    return { message: `must have at least ${counted(minLength, 'character')}; got ${length}: ${shortened(value)}.`, remedy: 'Set it.' };
  if (length > maxLength)
    return { message: `must have at most ${counted(maxLength, 'character')}; got ${length}: ${shortened(value)}.`, remedy: 'Shorten it.' };
  if (pattern !== undefined && !matches(value, pattern)) {
    const expected = pattern === QUANTITY ? 'be a Kubernetes quantity, such as 500m or 1Gi' : `match ${pattern}`;
    return { message: `must ${expected}; got ${shortened(value)}.`, remedy: 'Change it.' };
  }
  const known = format === undefined ? undefined : FORMATS[format];
  if (known && !known.is(value)) return { message: `must be ${known.name}; got ${shortened(value)}.`, remedy: 'Change it.' };
  return undefined;
}

/** The pattern that controller-gen writes for each quantity: https://pkg.go.dev/k8s.io/apimachinery/pkg/api/resource#Quantity */
const QUANTITY = '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$';

/** https://datatracker.ietf.org/doc/html/rfc3339#section-5.6 */
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

const FORMATS: Readonly<Record<string, { readonly name: string; readonly is: (value: string) => boolean }>> = {
  'date-time': { name: 'a time such as 2030-01-31T12:00:00Z', is: (value) => DATE_TIME.test(value) && !Number.isNaN(Date.parse(value)) },
  ipv4: { name: 'an IPv4 address', is: isIPv4 },
  ipv6: { name: 'an IPv6 address', is: isIPv6 },
};

/** What is wrong with a number of the right type. */
export function numberFinding(value: number, schema: StructuralSchema): Finding | undefined {
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum, exclusiveMaximum, multipleOf, format } = schema;
  if (exclusiveMinimum ? value <= minimum : value < minimum)
    return { message: `must be ${exclusiveMinimum ? '>' : '>='} ${minimum}; got ${value}.`, remedy: 'Increase it.' };
  if (exclusiveMaximum ? value >= maximum : value > maximum)
    return { message: `must be ${exclusiveMaximum ? '<' : '<='} ${maximum}; got ${value}.`, remedy: 'Decrease it.' };
  if (multipleOf !== undefined && value % multipleOf !== 0)
    return { message: `must be a multiple of ${multipleOf}; got ${value}.`, remedy: 'Change it.' };
  if (format === 'int32' && value !== (value | 0))
    return { message: `must be an integer of 32 bits; got ${value}.`, remedy: 'Decrease it.' };
  return undefined;
}

const expressions = new Map<string, RegExp | re2js.RE2JS>();

/** Patterns are RE2. Those in its own syntax need its own engine: `(?i:ms|s)`, `[[:print:]]` and `\pZ` mean something else in JavaScript. */
function matches(text: string, pattern: string): boolean {
  let expression = expressions.get(pattern);
  if (!expression) expressions.set(pattern, (expression = /\[\[:|\(\?[^:]|\\[pPQzAC]/.test(pattern) ? re2(pattern) : new RegExp(pattern)));
  return expression.test(text);
}

function re2(pattern: string): re2js.RE2JS {
  // Loaded here, because few environments need it.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { RE2JS } = require('re2js') as typeof re2js;
  return RE2JS.compile(pattern);
}

/** `1 item`, `2 items` */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function shortened(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
