import { type CompiledRule, compileRule } from './cel';
import { mapValues, own, toCel } from './cel-value';
import type { StructuralSchema, ValidationRule } from './crd';

/** The rules of a schema, compiled. */
export interface CelRules {
  /** What each broken rule says, with the path of the value that breaks it. `old` is the object as it was, when it is changed. */
  check(object: unknown, old?: unknown): string[];
}

/** Compiles every rule at once, whether an object will come to it or not: one that cannot be evaluated throws here. */
export function celRules(schema: StructuralSchema): CelRules {
  const compiled = new Map<ValidationRule, CompiledRule>();
  const compileAll = (part: StructuralSchema): void => {
    for (const rule of part['x-kubernetes-validations'] ?? []) compiled.set(rule, compileRule(rule));
    for (const child of childSchemas(part)) compileAll(child);
  };
  compileAll(schema);

  function* check(part: StructuralSchema, value: unknown, old: unknown, path: string): Generator<string> {
    if (value === null || value === undefined) return;
    for (const rule of part['x-kubernetes-validations'] ?? []) {
      const finding = ask(rule, compiled.get(rule), part, value, old);
      if (finding !== undefined) yield `${path || '(the object)'}: ${finding}`;
    }
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) {
        if (part.items) yield* check(part.items, item, oldItem(part, item, old), `${path}[${index}]`);
      }
    } else if (typeof value === 'object') {
      for (const [name, field] of Object.entries(value)) {
        const child = own(part.properties, name) ?? mapValues(part);
        if (child) yield* check(child, field, isRecord(old) ? own(old, name) : undefined, path === '' ? name : `${path}.${name}`);
      }
    }
  }

  return { check: (object, old) => [...check(schema, object, old, '')] };
}

function childSchemas({ properties = {}, additionalProperties, items }: StructuralSchema): StructuralSchema[] {
  return [...Object.values(properties), additionalProperties, items].filter((child) => typeof child === 'object');
}

function ask(
  rule: ValidationRule,
  compiled: CompiledRule | undefined,
  schema: StructuralSchema,
  value: unknown,
  old: unknown,
): string | undefined {
  if (!compiled) throw new Error(`The rule was not compiled: ${rule.rule}`);
  // A rule about a change has nothing to say about what is new.
  if (compiled.isTransition && old === undefined && !rule.optionalOldSelf) return undefined;
  const meaning = rule.message ?? `failed rule: ${rule.rule}`;
  try {
    return compiled.holds(toCel(value, schema), old === undefined ? undefined : toCel(old, schema)) ? undefined : meaning;
  } catch (error) {
    // As for the API server, a rule that cannot be answered is a broken one. Below its first line cel-js shows our translation.
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    return `${reason} evaluating rule: ${meaning}`;
  }
}

/** The previous item. Only items of a map can be matched with each other. */
function oldItem(schema: StructuralSchema, item: unknown, old: unknown): unknown {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-list-type'] !== 'map' || !keys || !Array.isArray(old) || !isRecord(item)) return undefined;
  return old.find((candidate: unknown) => isRecord(candidate) && keys.every((key) => candidate[key] === item[key]));
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
