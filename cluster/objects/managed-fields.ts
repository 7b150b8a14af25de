import type { ManagedFields } from './live-object';

/** The manager under which kubectl apply has set fields without `--server-side`. */
export const CLIENT_SIDE_APPLY = 'kubectl-client-side-apply';

/** Who had set fields by updates, and who is to have applied them from now on. */
export interface Takeover {
  readonly from: string;
  readonly to: string;
}

/**
 * Fields as the API server writes them: a tree whose keys are `f:name` of a map, `k:{"name":"x"}` of an item of a list, `v:"x"` of a value
 * of a set; `.` says that the place itself is owned, too, and so does an empty tree.
 */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * The managers of an object once all that `from` has set by updates counts as applied by `to`. Nothing where there is nothing to do.
 *
 * An apply takes away what its manager had applied before and no longer does. Fields that kubectl's client-side apply has set belong to
 * another manager: without this they would stay for ever after they are gone from dist. kubectl does the same when a person goes on with
 * `--server-side` (k8s.io/client-go/util/csaupgrade), and so: subresources are left alone, and fields of another version are only let go,
 * since the same field may have another path there. Unlike there, the newest entry counts where `to` has none: the API server lists the oldest
 * first.
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

/** What a manager has applied: the API server keeps one entry for it, whatever the version. */
export function appliedBy(managedFields: readonly ManagedFields[], manager: string): ManagedFields | undefined {
  return managedFields.find((entry) => entry.manager === manager && entry.operation === 'Apply' && !entry.subresource);
}

/** The fields of both. */
export function union(one: Fields, other: Fields): Fields {
  const fields: Record<string, unknown> = { ...one };
  for (const [key, added] of Object.entries(other) as [string, Fields][]) {
    const present = one[key] as Fields | undefined;
    fields[key] = present === undefined || key === '.' ? added : unionBelow(present, added);
  }
  return fields;
}

/** Below the root a place can be owned itself, which an empty tree says as long as nothing is below it. */
function unionBelow(one: Fields, other: Fields): Fields {
  const fields = { ...union(one, other) };
  if (isMember(one) || isMember(other)) fields['.'] = {};
  return Object.keys(fields).length === 1 && isMember(fields) ? {} : fields;
}

/** Whether a place is owned itself, and not only something below it. */
export function isMember(fields: Fields): boolean {
  return '.' in fields || Object.keys(fields).length === 0;
}
