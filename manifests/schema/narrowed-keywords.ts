import { isDeepStrictEqual } from 'node:util';
import { isMap, listOf } from '../fields';
import type { StructuralSchema } from './structural-schema';

/** A keyword of a field's schema that accepts fewer values than before. */
export interface NarrowedKeyword {
  /** `maximum: 10 -> 5` */
  readonly detail: string;
  /** It accepts other values, and whether these are fewer is not known. */
  readonly isUnknown?: true;
}

/** Which keywords of a field's schema accept fewer values than before, or may. Its fields and items are not looked at. */
export function narrowedKeywords(before: StructuralSchema, after: StructuralSchema): NarrowedKeyword[] {
  return [
    ...fewerValues(before, after).map((detail) => ({ detail })),
    ...otherValues(before, after).map((detail) => ({ detail, isUnknown: true as const })),
  ];
}

function fewerValues(before: StructuralSchema, after: StructuralSchema): string[] {
  return [
    ...narrowedType(before, after),
    ...(before.nullable && !after.nullable ? ['nullable: true -> false'] : []),
    ...LOWER.flatMap((name) => bound(name, before[name], after[name], (old, next) => next > old)),
    ...UPPER.flatMap((name) => bound(name, before[name], after[name], (old, next) => next < old)),
    ...SET.flatMap((name) => (!before[name] && after[name] ? [transition(name, before[name], after[name])] : [])),
    ...withdrawn('enum', before.enum, after.enum),
    ...required(before, after),
  ];
}

function otherValues(before: StructuralSchema, after: StructuralSchema): string[] {
  return [
    ...SET.flatMap((name) =>
      before[name] && after[name] && !isDeepStrictEqual(before[name], after[name]) ? [transition(name, before[name], after[name])] : [],
    ),
    ...COMBINED.flatMap((name) =>
      after[name] !== undefined && !isDeepStrictEqual(withoutTexts(before[name]), withoutTexts(after[name])) ? [`${name}: changed`] : [],
    ),
    ...rules(before, after),
  ];
}

const LOWER = ['minimum', 'minLength', 'minItems', 'minProperties'] as const;
const UPPER = ['maximum', 'maxLength', 'maxItems', 'maxProperties'] as const;
/** Keywords that accept fewer values when they are set, and other ones with another value. */
const SET = [
  'pattern',
  'format',
  'multipleOf',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'uniqueItems',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-embedded-resource',
] as const;
const COMBINED = ['allOf', 'anyOf', 'oneOf', 'not'] as const;

/** The type of a field; undefined where any value is accepted. */
export function typeOf(schema: StructuralSchema): string | undefined {
  return schema['x-kubernetes-int-or-string'] ? 'integer or string' : schema.type;
}

function narrowedType(before: StructuralSchema, after: StructuralSchema): string[] {
  const [old, next] = [before, after].map(typeOf);
  const isWider =
    next === undefined ||
    old === next ||
    (old === 'integer' && next === 'number') ||
    (next === 'integer or string' && (old === 'integer' || old === 'string'));
  const listType = 'x-kubernetes-list-type';
  const [oldList = 'atomic', nextList = 'atomic'] = [before[listType], after[listType]];
  return [
    ...(isWider ? [] : [transition('type', old, next)]),
    ...(nextList === 'atomic' || oldList === nextList ? [] : [transition(listType, oldList, nextList)]),
  ];
}

function bound(
  name: string,
  old: number | undefined,
  next: number | undefined,
  isNarrower: (old: number, next: number) => boolean,
): string[] {
  return next !== undefined && (old === undefined || isNarrower(old, next)) ? [transition(name, old, next)] : [];
}

function withdrawn(name: string, old: readonly unknown[] | undefined, next: readonly unknown[] | undefined): string[] {
  if (next === undefined) return [];
  if (old === undefined) return [transition(name, undefined, next)];
  const gone = old.filter((value) => !next.some((other) => isDeepStrictEqual(value, other)));
  return gone.length === 0 ? [] : [`${name}: no longer allows ${gone.map((value) => JSON.stringify(value)).join(', ')}`];
}

/** A field that has a default is never missing when the API server validates. */
function required(before: StructuralSchema, after: StructuralSchema): string[] {
  const isDemanded = (name: string): boolean => after.properties?.[name]?.default === undefined;
  const names = (after.required ?? []).filter((name) => !before.required?.includes(name)).filter(isDemanded);
  return names.length === 0 ? [] : [`required: also ${names.join(', ')}`];
}

/** Rules in CEL that are new or changed: nothing here tells whether they are stricter. */
function rules(before: StructuralSchema, after: StructuralSchema): string[] {
  const name = 'x-kubernetes-validations';
  const known = listOf(before[name]).map((each) => (isMap(each) ? each['rule'] : undefined));
  return (after[name] ?? []).filter(({ rule }) => !known.includes(rule)).map(({ rule }) => `rule: ${rule}`);
}

function transition(name: string, old: unknown, next: unknown): string {
  return `${name}: ${old === undefined ? 'none' : shown(old)} -> ${shown(next)}`;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function withoutTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTexts);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, child]) =>
      name === 'description' && typeof child === 'string' ? [] : [[name, withoutTexts(child)]],
    ),
  );
}
