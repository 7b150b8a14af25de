/** A map of YAML. */
export type YamlMap = Readonly<Record<string, unknown>>;

/** The keys and indexes of a field, from the root of its object. */
export type FieldPath = readonly (string | number)[];

export function isMap(value: unknown): value is YamlMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The items of a list; none for any other value. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value below these keys, if all of them exist. */
export function valueAt(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((parent, key) => (isMap(parent) ? parent[key] : undefined), value);
}

/** A path as text: `spec.rules[0].host`. */
export function formatField(path: FieldPath): string {
  return path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`), '');
}

/**
 * Calls `visit` for every field of every map below a value. The path is one array that changes after the call: copy or format it to keep it.
 * Formatting the path of every field would take longer than all rules.
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

/** Kinds whose fields are free text or a schema: a field named `image` in them is not an image. */
const OPAQUE = new Set(['ConfigMap', 'CustomResourceDefinition', 'Secret']);

/** Whether field names in objects of this kind have the meaning that Kubernetes gives them. */
export function hasMeaningfulFields(kind: string): boolean {
  return !OPAQUE.has(kind);
}
