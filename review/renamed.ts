import type { EnvironmentObject } from '../manifests/environment-objects';
import { fieldChanges } from '../manifests/difference/field-changes';
import { groupKindOf, type Manifest } from '../manifests/manifest';
import { isMap } from '../manifests/fields';

/** The share of fields that two objects of different names must have in common to count as one that was renamed. */
const LEAST_IN_COMMON = 0.75;

/** More pairs of one kind than this are not compared: then so much has changed that names do not help. */
const MOST_PAIRS = 2500;

interface Pair {
  readonly before: EnvironmentObject;
  readonly after: EnvironmentObject;
  readonly likeness: number;
}

/**
 * Removed objects that were added again under another name: of the same kind, with nearly the same content. The most similar pairs come first;
 * an object is in at most one. The same pairs are found in both directions.
 */
export function renamedPairs(
  removed: readonly EnvironmentObject[],
  added: readonly EnvironmentObject[],
): Map<EnvironmentObject, EnvironmentObject> {
  const pairs: Pair[] = [];
  for (const [kind, olds] of byKind(removed)) {
    const news = byKind(added).get(kind) ?? [];
    if (olds.length * news.length > MOST_PAIRS) continue;
    for (const before of olds)
      for (const after of news) {
        const likeness = likenessOf(before.manifest, after.manifest);
        if (likeness >= LEAST_IN_COMMON) pairs.push({ before, after, likeness });
      }
  }
  pairs.sort((one, other) => other.likeness - one.likeness || (orderOf(one) < orderOf(other) ? -1 : 1));
  const found = new Map<EnvironmentObject, EnvironmentObject>();
  const taken = new Set<EnvironmentObject>();
  for (const { before, after } of pairs) {
    if (found.has(before) || taken.has(after)) continue;
    found.set(before, after);
    taken.add(after);
  }
  return found;
}

/** The same in both directions. */
function orderOf({ before, after }: Pair): string {
  return [before, after]
    .map(({ manifest }) => `${manifest.metadata.namespace ?? ''}/${manifest.metadata.name}`)
    .sort()
    .join(' ');
}

function byKind(objects: readonly EnvironmentObject[]): Map<string, EnvironmentObject[]> {
  const kinds = new Map<string, EnvironmentObject[]>();
  for (const object of objects) {
    const kind = `${object.chart ?? ''} ${groupKindOf(object.manifest)}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), object]);
  }
  return kinds;
}

function likenessOf(before: Manifest, after: Manifest): number {
  const [old, next] = [contentOf(before), contentOf(after)];
  const changed = fieldChanges(old, next).filter(({ isEquivalent }) => !isEquivalent);
  const weight = changed.reduce((total, change) => total + Math.max(leaves(change.before), leaves(change.after)), 0);
  const all = Math.max(leaves(old), leaves(next)) - FIXED;
  return all <= 0 ? (changed.length === 0 ? 1 : 0) : 1 - weight / all;
}

/** apiVersion, kind and the name, which are always there. */
const FIXED = 3;

/** Without names and labels, which a rename changes. */
function contentOf({ metadata, ...rest }: Manifest): Manifest {
  const { annotations, finalizers } = metadata;
  return { ...rest, metadata: { name: '', ...(annotations && { annotations }), ...(finalizers && { finalizers }) } } as unknown as Manifest;
}

function leaves(value: unknown): number {
  if (value === undefined) return 0;
  if (Array.isArray(value)) return value.reduce<number>((total, item) => total + leaves(item), 0);
  if (isMap(value)) return Object.values(value).reduce<number>((total, item) => total + leaves(item), 0);
  return 1;
}
