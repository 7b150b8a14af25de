import { isNamespace } from '../../manifests/custom-resource-definition';
import type { Note } from '../inventory';
import type { LiveObject } from '../objects/live-object';
import { ownerOf, reasonNotOurs } from '../objects/ownership';

/** Why prune and destroy must not delete an object; undefined if it is ours to delete. @param note is what the inventory records of it. */
export function notOursReason(object: LiveObject, environment: string, note: Note | undefined): string | undefined {
  if (note === 'adopted') return 'is adopted, and adopted objects are never deleted';
  // Helm does not set our label.
  if (note === 'left by release') return undefined;
  const reason = reasonNotOurs(object, environment);
  if (reason !== undefined) return `is not ours: ${reason} (${ownerOf(object)})`;
  if (!isNamespace(object) || note === 'created') return undefined;
  return `existed before, or it is not known who created it. To delete it with everything in it, run: kubectl delete namespace ${object.metadata.name}`;
}
