import type { FieldChange } from '../manifests/difference/field-change';
import type { EnvironmentObject } from '../manifests/environment-objects';
import { formatKey, keyOf } from '../manifests/manifest';

/** An object that differs between two versions of an environment. Every such object is in exactly one change. */
export interface ObjectChange {
  readonly environment: string;
  /** The stage of the later version; of a removed object, that of the earlier one. */
  readonly stage: string;
  /** The stage that the object was in, if that is another one. */
  readonly movedFrom?: string;
  /** Left out when the object was added. */
  readonly before?: EnvironmentObject;
  /** Left out when the object was removed. */
  readonly after?: EnvironmentObject;
  /** Of an object that is in both versions. */
  readonly fields: readonly FieldChange[];
}

/** An object that is in both versions, under the same name or a new one. */
export type UpdatedObject = ObjectChange & { readonly before: EnvironmentObject; readonly after: EnvironmentObject };

export type ChangeKind = 'added' | 'removed' | 'renamed' | 'changed';

export function kindOf({ before, after }: ObjectChange): ChangeKind {
  if (!before) return 'added';
  if (!after) return 'removed';
  return nameOf(before) === nameOf(after) ? 'changed' : 'renamed';
}

export function isUpdate(change: ObjectChange): change is UpdatedObject {
  return change.before !== undefined && change.after !== undefined;
}

/** Whether the cluster keeps the object and changes it. A renamed object is another one there. */
export function isUpdated(change: ObjectChange): change is UpdatedObject {
  return isUpdate(change) && kindOf(change) === 'changed';
}

/** The object, as findings write it: `Deployment cvat/web`. That of the later version, if there is one. */
export function objectName({ before, after }: ObjectChange): string {
  const object = after ?? before;
  return object ? nameOf(object) : '';
}

export function nameOf({ manifest }: EnvironmentObject): string {
  return formatKey(keyOf(manifest));
}
