import { type FieldPath, isMap, type YamlMap } from '../fields';
import type { Manifest } from '../manifest';
import { isDefault } from './defaults';
import { isEqual } from './equal';
import type { FieldChange } from './field-change';
import { isUnordered, keyedItems } from './list-keys';
import { isSameValue } from './same-value';

/**
 * The fields that differ between two versions of an object, in the order of the later one. Lists are matched by their merge key, else as sets
 * where their order has no meaning, else by position. The status, which controllers write, is left out.
 */
export function fieldChanges(before: Manifest, after: Manifest): FieldChange[] {
  return new Comparison(after).compare(before, after);
}

class Comparison {
  private readonly changes: FieldChange[] = [];
  constructor(private readonly object: Manifest) {}

  compare(before: Manifest, after: Manifest): FieldChange[] {
    if (before === after) return [];
    this.visitMaps(withoutStatus(before), withoutStatus(after), []);
    return this.changes;
  }

  private visit(before: unknown, after: unknown, path: FieldPath): void {
    if (before === after) return;
    if (isMap(before) && isMap(after)) return this.visitMaps(before, after, path);
    if (Array.isArray(before) && Array.isArray(after)) return this.visitLists(before, after, path);
    if (!isEqual(before, after)) this.add(before, after, path);
  }

  private visitMaps(before: YamlMap, after: YamlMap, path: FieldPath): void {
    for (const key of Object.keys(after)) this.visit(ownValue(before, key), after[key], [...path, key]);
    for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) this.visit(before[key], undefined, [...path, key]);
  }

  private visitLists(before: readonly unknown[], after: readonly unknown[], path: FieldPath): void {
    if (isEqual(before, after)) return;
    const keyed = keyedItems(before, after, path);
    if (keyed) {
      const [old, next] = keyed;
      const count = this.changes.length;
      for (const [key, item] of next) this.visit(old.get(key), item, [...path, key]);
      for (const [key, item] of old) if (!next.has(key)) this.visit(item, undefined, [...path, key]);
      // Only the order differs. Of init containers and variables it can matter; of other lists with a key it does not.
      const isReordered = !isEqual([...old.keys()], [...next.keys()]);
      if (isReordered && this.changes.length === count) this.push(before, after, path, !ORDER_MATTERS.has(String(path.at(-1))));
      return;
    }
    if (isUnordered([...before, ...after], path, this.object.kind)) return this.visitSets(before, after, path);
    if (isList(before) || isList(after) || before.length !== after.length) return this.add(before, after, path);
    after.forEach((item: unknown, index) => this.visit(before[index], item, [...path, index]));
  }

  /** What is only in one of the two; empty if only the order differs. */
  private visitSets(before: readonly unknown[], after: readonly unknown[], path: FieldPath): void {
    const old = new Map(before.map((item) => [JSON.stringify(item), item]));
    const next = new Map(after.map((item, index) => [JSON.stringify(item), { item, index }]));
    const removed = [...old].filter(([text]) => !next.has(text)).map(([, item]) => item);
    const added = [...next].filter(([text]) => !old.has(text)).map(([, entry]) => entry);
    if (removed.length === 0 && added.length === 0) return this.push(before, after, path, before.length === after.length);
    if (![...removed, ...added.map(({ item }) => item)].some(isMap)) return this.push(before, after, path, false);
    for (const item of [...removed]) {
      const same = added.find((entry) => this.hasSameMeaning(item, entry.item, path));
      if (!same) continue;
      this.push(item, same.item, [...path, same.index], true);
      removed.splice(removed.indexOf(item), 1);
      added.splice(added.indexOf(same), 1);
    }
    const [one, other] = [removed[0], added[0]];
    if (removed.length === 1 && added.length === 1 && other) return this.visit(one, other.item, [...path, other.index]);
    removed.forEach((item) => this.push(item, undefined, path, false));
    added.forEach(({ item }) => this.push(undefined, item, path, false));
  }

  private hasSameMeaning(before: unknown, after: unknown, path: FieldPath): boolean {
    const comparison = new Comparison(this.object);
    comparison.visit(before, after, path);
    return comparison.changes.every(({ isEquivalent }) => isEquivalent);
  }

  private add(before: unknown, after: unknown, path: FieldPath): void {
    this.push(before, after, path, this.meansTheSame(before, after, path));
  }

  private meansTheSame(before: unknown, after: unknown, path: FieldPath): boolean {
    // What a ConfigMap or a Secret holds is text, and means what it says.
    if (DATA.has(String(path[0]))) return false;
    if (isAbsent(before)) return isAbsent(after) || isDefault(this.object, path, after);
    if (isAbsent(after)) return isDefault(this.object, path, before);
    return isSameValue(before, after, path);
  }

  private push(before: unknown, after: unknown, path: FieldPath, isEquivalent: boolean): void {
    this.changes.push({ path, before, after, isEquivalent });
  }
}

const DATA = new Set(['data', 'stringData', 'binaryData']);

/** Keyed lists whose order is nevertheless meaningful: init containers run one after the other, and a variable can use those before it. */
const ORDER_MATTERS = new Set(['initContainers', 'env', 'parameters', 'steps']);

/** Lists of plain values, such as arguments, are read as a whole. */
function isList(list: readonly unknown[]): boolean {
  return list.some((item) => !isMap(item));
}

/** Null removes a field, as if it were left out. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function ownValue(map: YamlMap, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

function withoutStatus(object: Manifest): YamlMap {
  return 'status' in object ? { ...object, status: undefined } : object;
}
