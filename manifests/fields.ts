/** A map of YAML. */
export type YamlMap = Readonly<Record<string, unknown>>;

/** Where a field is: the keys and indexes that lead to it. */
export type FieldPath = readonly (string | number)[];

export function isMap(value: unknown): value is YamlMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The items of a list. What is no list has none. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value below these keys, if all of them are there. */
export function valueAt(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((parent, key) => (isMap(parent) ? parent[key] : undefined), value);
}

/** A path as a person would write it: `spec.rules[0].host`. */
export function formatField(path: FieldPath): string {
  return path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`), '');
}

/**
 * Calls `visit` for every field of every map below a value. The path is good for this call only: it is one array that goes along,
 * because most fields interest nobody and a text for each of them would cost more than all the rules.
 */
export function visitFields(value: unknown, visit: (parent: YamlMap, key: string, path: FieldPath) => void): void {
  const path: (string | number)[] = [];
  const descend = (current: unknown): void => {
    if (Array.isArray(current)) {
      for (let index = 0; index < current.length; index++) {
        path.push(index);
        descend(current[index]);
        path.pop();
      }
    } else if (isMap(current)) {
      for (const key of Object.keys(current)) {
        path.push(key);
        visit(current, key, path);
        descend(current[key]);
        path.pop();
      }
    }
  };
  descend(value);
}

/** Kinds whose fields are somebody else's text or a schema: a field called `image` in them is no image. */
const OPAQUE = new Set(['ConfigMap', 'CustomResourceDefinition', 'Secret']);

/** Whether the fields of an object of this kind mean what they are called. */
export function hasMeaningfulFields(kind: string): boolean {
  return !OPAQUE.has(kind);
}
