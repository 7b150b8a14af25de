import { isDeepStrictEqual } from 'node:util';
import { isMap, listOf } from '../../manifests/fields';
import type { Manifest } from '../../manifests/manifest';
import { type LiveObject, without } from '../objects/live-object';
import { isMarked } from './apply';
import { FIELD_MANAGER } from '../api/cluster';
import { appliedBy, CLIENT_SIDE_APPLY, type Fields, isTaken } from '../objects/managed-fields';

/**
 * Whether applying a manifest would certainly change nothing, so that it need not be sent: we own exactly its fields, with its values. False when in
 * doubt: only the API server knows the keys of lists whose items are owned one by one.
 */
export function isApplied(live: LiveObject, manifest: Manifest): boolean {
  const { managedFields = [], deletionTimestamp } = live.metadata;
  const owned = appliedBy(managedFields, FIELD_MANAGER);
  if (owned?.apiVersion !== manifest.apiVersion || deletionTimestamp !== undefined) return false;
  if (managedFields.some((entry) => isTaken(entry, { from: CLIENT_SIDE_APPLY, to: FIELD_MANAGER }))) return false;
  if (isMarked(live)) return false;
  return ownsExactly(owned.fieldsV1, withoutIdentity(manifest), live);
}

/** The same for a list that is a set: its items are owned by their values. */
function ownsSet(places: readonly string[], value: unknown, live: unknown): boolean {
  const items = listOf(value);
  return (
    items.length === places.length && items.every((item) => places.includes(`v:${JSON.stringify(item)}`) && listOf(live).includes(item))
  );
}

/** apiVersion, kind, name and namespace are not in managedFields. */
function withoutIdentity(manifest: Manifest): object {
  const metadata = without(manifest.metadata, ['name', 'namespace']);
  return { ...without(manifest, ['apiVersion', 'kind', 'metadata']), ...(Object.keys(metadata).length > 0 && { metadata }) };
}

/** Whether the value has exactly these fields, with the live values. A path without children is owned as a whole. */
function ownsExactly(fields: Fields, value: unknown, live: unknown): boolean {
  const places = Object.keys(fields).filter((place) => place !== '.');
  if (places.length === 0) return isDeepStrictEqual(value, live);
  if (places.every((place) => place.startsWith('v:'))) return ownsSet(places, value, live);
  if (!isMap(value) || !isMap(live) || Object.keys(value).length !== places.length) return false;
  return places.every((place) => {
    const name = place.slice(2);
    return place.startsWith('f:') && name in value && ownsExactly(fields[place] as Fields, value[name], live[name]);
  });
}
