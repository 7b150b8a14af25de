import { isDeepStrictEqual } from 'node:util';
import { isMap } from '../../manifests/fields';
import { appliedBy, type Fields, isMember, isTaken, migrated, type Takeover, union } from '../objects/managed-fields';
import type { LiveObject } from '../objects/live-object';

/** The annotation in which kubectl's client-side apply keeps the last applied manifest. */
export const LAST_APPLIED_ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * The object after deploy, where a dry run of the apply (`next`) cannot show it: deploy takes over the fields of kubectl's client-side apply first,
 * and its apply then removes those that are no longer in dist.
 *
 * The API server removes fields that the manager has applied before and that no manager owns any more. kubectl also owns the defaults of an object
 * that it has created; the API server sets them again at once. So only fields that are in the last applied manifest are removed here.
 */
export function withoutAbandoned(next: LiveObject, live: LiveObject, takeover: Takeover): LiveObject {
  const before = appliedBy(migrated(live.metadata.managedFields ?? [], takeover) ?? [], takeover.to);
  const written = parsed(live.metadata.annotations?.[LAST_APPLIED_ANNOTATION]);
  if (before === undefined || written === undefined) return next;
  const owned = (next.metadata.managedFields ?? [])
    .filter((entry) => !isTaken(entry, takeover))
    .reduce<Fields>((fields, entry) => union(fields, entry.fieldsV1), {});
  const rest = structuredClone(next);
  removeFields(rest, before.fieldsV1, owned, written);
  return rest;
}

/** Removes the fields that are in `before` and `written`, and not in `owned`. Changes the value in place. */
function removeFields(value: unknown, before: Fields, owned: Fields, written: unknown): void {
  for (const [key, below] of Object.entries(before) as [string, Fields][]) {
    const child = find(value, key);
    const writtenChild = find(written, key);
    if (child === undefined || writtenChild === undefined) continue;
    const ownedChild = owned[key] as Fields | undefined;
    const isOwned = ownedChild !== undefined && (key.startsWith('f:') || isMember(ownedChild));
    if (!isOwned && isMember(below)) {
      child.remove();
      continue;
    }
    removeFields(child.value, below, ownedChild ?? {}, writtenChild.value);
    if (!isOwned && isEmpty(child.value)) child.remove();
  }
}

/** A field or list item of an object, and how to remove it. */
interface Place {
  readonly value: unknown;
  remove(): void;
}

function find(value: unknown, key: string): Place | undefined {
  const [type, name] = [key.slice(0, 2), key.slice(2)];
  if (type === 'f:' && isMap(value)) {
    return Object.hasOwn(value, name) ? { value: value[name], remove: () => void Reflect.deleteProperty(value, name) } : undefined;
  }
  if (!Array.isArray(value) || (type !== 'k:' && type !== 'v:')) return undefined;
  const selector: unknown = JSON.parse(name);
  const items = value as unknown[];
  const index = items.findIndex((item) => (type === 'v:' ? isDeepStrictEqual(item, selector) : hasKeys(item, selector)));
  return index < 0 ? undefined : { value: items[index], remove: () => void items.splice(index, 1) };
}

/** A key may be a default that is not in the manifest: the protocol of a port. */
function hasKeys(item: unknown, keys: unknown): boolean {
  if (!isMap(item) || !isMap(keys)) return false;
  const entries = Object.entries(keys);
  return (
    entries.some(([name]) => Object.hasOwn(item, name)) &&
    entries.every(([name, value]) => !Object.hasOwn(item, name) || isDeepStrictEqual(item[name], value))
  );
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined; // edited by hand: the last applied manifest is not known
  }
}
