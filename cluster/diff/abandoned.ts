import { isDeepStrictEqual } from 'node:util';
import { isMap } from '../../manifests/fields';
import { appliedBy, type Fields, isMember, isTaken, migrated, type Takeover, union } from '../objects/managed-fields';
import type { LiveObject } from '../objects/live-object';

/** Where kubectl's client-side apply keeps the manifest as it was applied last. */
export const LAST_APPLIED_ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * What deploy really makes of an object, where a dry run of the apply (`next`) cannot show it: deploy takes fields over from kubectl's
 * client-side apply first, and then those go away that dist no longer has.
 *
 * The API server takes away what the applying manager had applied, that nobody owns any more. But kubectl owns all the defaults as well of
 * an object that it has made; they come back at once and would only be noise here. So a field is shown as taken away when the person had
 * written it, too: it is in the manifest that kubectl keeps in an annotation.
 */
export function withoutAbandoned(next: LiveObject, live: LiveObject, takeover: Takeover): LiveObject {
  const before = appliedBy(migrated(live.metadata.managedFields ?? [], takeover) ?? [], takeover.to);
  const written = parsed(live.metadata.annotations?.[LAST_APPLIED_ANNOTATION]);
  if (before === undefined || written === undefined) return next;
  const owned = (next.metadata.managedFields ?? [])
    .filter((entry) => !isTaken(entry, takeover))
    .reduce<Fields>((fields, entry) => union(fields, entry.fieldsV1), {});
  const rest = structuredClone(next);
  takeAway(rest, before.fieldsV1, owned, written);
  return rest;
}

/** Takes away what `before` has, `owned` has not, and the person had written. Changes the value in place. */
function takeAway(value: unknown, before: Fields, owned: Fields, written: unknown): void {
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
    takeAway(child.value, below, ownedChild ?? {}, writtenChild.value);
    if (!isOwned && isEmpty(child.value)) child.remove();
  }
}

/** A place in an object, and how to take it away. */
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
  const wanted: unknown = JSON.parse(name);
  const items = value as unknown[];
  const index = items.findIndex((item) => (type === 'v:' ? isDeepStrictEqual(item, wanted) : hasKeys(item, wanted)));
  return index < 0 ? undefined : { value: items[index], remove: () => void items.splice(index, 1) };
}

/** A key may have a default that a person does not write: the protocol of a port. */
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
    return undefined; // somebody has edited it: then nobody knows what the person had written
  }
}
