import type { ManagedFields } from './live-object';

/** The field manager of kubectl's client-side apply. */
export const CLIENT_SIDE_APPLY = 'kubectl-client-side-apply';

/** A transfer of field ownership from a manager's updates to another manager's apply. */
export interface Takeover {
  readonly from: string;
  readonly to: string;
}

/**
 * A fieldsV1 tree. Its keys are `f:name` for a field, `k:{"name":"x"}` for a list item, `v:"x"` for a value of a set. `.` means that the field or
 * item itself is owned, too; so does an empty tree.
 */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * The managedFields of an object after `to` has taken over the fields that `from` has set by updates; undefined if there are none.
 *
 * An apply removes fields that its manager has applied before and no longer applies. Fields of kubectl's client-side apply belong to another
 * manager, so an apply would never remove them. kubectl does the same for `--server-side` (k8s.io/client-go/util/csaupgrade): it does not change
 * subresources, and drops entries of another version, because the same field may have another path there. Unlike csaupgrade, this uses the newest
 * entry if `to` has none: the API server lists the oldest first.
 */
export function migrated(managedFields: readonly ManagedFields[], takeover: Takeover): ManagedFields[] | undefined {
  const { to } = takeover;
  const taken = managedFields.filter((entry) => isTaken(entry, takeover));
  const [newest] = [...taken].sort((a, b) => (b.time ?? '').localeCompare(a.time ?? ''));
  if (newest === undefined) return undefined;

  const target = appliedBy(managedFields, to) ?? newest;
  const fieldsV1 = taken
    .filter(({ apiVersion }) => apiVersion === target.apiVersion)
    .reduce<Fields>((fields, entry) => union(fields, entry.fieldsV1), target.fieldsV1);
  const applied: ManagedFields = { ...target, manager: to, operation: 'Apply', fieldsV1 };
  return managedFields.flatMap((entry) => {
    if (entry === target) return [applied];
    return isTaken(entry, takeover) ? [] : [entry];
  });
}

/** Whether an entry is one that `migrated` takes over. */
export function isTaken({ manager, operation, subresource }: ManagedFields, { from }: Takeover): boolean {
  return manager === from && operation === 'Update' && !subresource;
}

/** The entry of what a manager has applied. The API server keeps one, for all versions. */
export function appliedBy(managedFields: readonly ManagedFields[], manager: string): ManagedFields | undefined {
  return managedFields.find((entry) => entry.manager === manager && entry.operation === 'Apply' && !entry.subresource);
}

/** The union of two trees. */
export function union(one: Fields, other: Fields): Fields {
  const fields: Record<string, unknown> = { ...one };
  for (const [key, added] of Object.entries(other) as [string, Fields][]) {
    const present = one[key] as Fields | undefined;
    fields[key] = present === undefined || key === '.' ? added : unionBelow(present, added);
  }
  return fields;
}

/** Below the root, an empty tree means that the field itself is owned. */
function unionBelow(one: Fields, other: Fields): Fields {
  const fields = { ...union(one, other) };
  if (isMember(one) || isMember(other)) fields['.'] = {};
  return Object.keys(fields).length === 1 && isMember(fields) ? {} : fields;
}

/** Whether the field itself is owned, and not only fields below it. */
export function isMember(fields: Fields): boolean {
  return '.' in fields || Object.keys(fields).length === 0;
}
