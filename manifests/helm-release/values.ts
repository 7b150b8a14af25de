import { isMap, type YamlMap } from '../fields';
import { parseYaml } from '../parse-yaml';

/** Values in a string. Invalid YAML has no values: Helm's own error says more than a rule could. */
export function parseValues(content: unknown): unknown {
  if (typeof content !== 'string') return undefined;
  try {
    return parseYaml(content);
  } catch {
    return undefined;
  }
}

/** `{ "a.b[0]": 1 }`, as `helm --set` has it, as `{ a: { b: [1] } }`. https://helm.sh/docs/intro/using_helm/#the-format-and-limitations-of---set */
export function setValues(set: readonly (readonly [path: string, value: unknown])[]): YamlMap {
  return set.reduce<YamlMap>((values, [path, value]) => {
    const result = setAt(values, keysOf(path), value);
    return isMap(result) ? result : values;
  }, {});
}

/** Helm reads a boolean, an integer and null out of the text of a `--set`. */
export function literal(value: unknown): unknown {
  if (value === 'true' || value === 'false') return value === 'true';
  if (value === 'null') return null;
  return typeof value === 'string' && /^(0|-?[1-9][0-9]*)$/.test(value) ? Number(value) : value;
}

/** The keys and indexes of `a\.b.c[0]`: `a.b`, `c`, 0. */
function keysOf(path: string): (string | number)[] {
  const parts = path.match(/(?:\\.|[^.\\])+/g) ?? [];
  return parts.flatMap((part): (string | number)[] => {
    const [, key = '', indexes = ''] = /^(.*?)((?:\[\d+\])*)$/s.exec(part) ?? [];
    return [...(key === '' ? [] : [key.replace(/\\(.)/g, '$1')]), ...[...indexes.matchAll(/\d+/g)].map(([index]) => Number(index))];
  });
}

function setAt(value: unknown, [key, ...rest]: readonly (string | number)[], leaf: unknown): unknown {
  if (key === undefined) return leaf;
  if (typeof key === 'string') {
    const map = isMap(value) ? value : {};
    return { ...map, [key]: setAt(map[key], rest, leaf) };
  }
  const list: unknown[] = Array.isArray(value) ? [...(value as unknown[])] : [];
  while (list.length < key) list.push(null);
  list[key] = setAt(list[key], rest, leaf);
  return list;
}
