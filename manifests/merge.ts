/** Data as YAML knows it: what can be a chart's values, or a part of a manifest. */
export type Values = { [key: string]: unknown };

/** How two lists become one. */
export type ListMerge =
  /** The later list replaces the earlier one, as Helm does with values. */
  | 'replace'
  /** Items with one name become one item, as server-side apply does with lists that Kubernetes calls maps. Other lists are replaced. */
  | 'by name';

/**
 * Merges `over` into `base` and returns a new value: maps are merged, everything else is replaced.
 * `undefined` says nothing; `null` is a value (in Helm's values it takes a default away).
 */
export function merge(base: unknown, over: unknown, lists: ListMerge = 'replace'): unknown {
  if (over === undefined) return base;
  if (isMap(base) && isMap(over)) {
    const keys = new Set([...Object.keys(base), ...Object.keys(over)]);
    return Object.fromEntries([...keys].map((key) => [key, merge(own(base, key), own(over, key), lists)]));
  }
  if (lists === 'by name' && isNamed(base) && isNamed(over)) {
    const names = new Set([...base, ...over].map((item) => item.name));
    const named = (items: NamedItem[], name: unknown): NamedItem | undefined => items.find((item) => item.name === name);
    return [...names].map((name) => merge(named(base, name), named(over, name), lists));
  }
  return over;
}

/** Merges values in their order, as Helm does with several files: the last one wins. What is not a map has no values. */
export function mergeValues(...values: readonly unknown[]): Values {
  return values.filter(isMap).reduce<Values>((merged, next) => merge(merged, next) as Values, {});
}

type NamedItem = Values & { name: unknown };

function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNamed(value: unknown): value is NamedItem[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => isMap(item) && 'name' in item);
}

/** A property of the map itself: `constructor` and its like are inherited by every object, and are no values. */
function own(map: Values, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}
