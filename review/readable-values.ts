import { parse } from 'yaml';
import { isMap, valueAt } from '../manifests/fields';
import type { Manifest } from '../manifests/manifest';

/** The fields in which a delivery has a chart's values as text. */
const TEXTS = [
  ['spec', 'valuesContent'],
  ['spec', 'source', 'helm', 'values'],
] as const;

const read = new WeakMap<Manifest, Manifest>();

/** An object whose chart values are a map, though it has them as text: changes are then those of single values. */
export function withReadableValues(manifest: Manifest): Manifest {
  const known = read.get(manifest);
  if (known) return known;
  const readable = TEXTS.reduce((object, path) => withParsed(object, path), manifest as unknown) as Manifest;
  read.set(manifest, readable);
  return readable;
}

function withParsed(object: unknown, path: readonly string[]): unknown {
  const text = valueAt(object, ...path);
  const values = typeof text === 'string' ? parsed(text) : undefined;
  return values === undefined ? object : replaced(object, path, values);
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  return isMap(value) ? { ...value, [key]: replaced(value[key], rest, by) } : value;
}

function parsed(text: string): unknown {
  try {
    const values: unknown = parse(text);
    return isMap(values) ? values : undefined;
  } catch {
    return undefined;
  }
}
