import type { Kind, Manifest } from '../../manifests/manifest';

/** An object as the API server shows it. */
export interface LiveObject extends Manifest {
  readonly metadata: Manifest['metadata'] & {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation?: number;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
    readonly ownerReferences?: readonly OwnerReference[];
    readonly managedFields?: readonly ManagedFields[];
  };
}

export interface OwnerReference extends Kind {
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

export function isOwnedBy({ metadata: { ownerReferences = [] } }: LiveObject, { metadata: { uid } }: LiveObject): boolean {
  return ownerReferences.some((owner) => owner.uid === uid);
}

/** Who has set which fields. https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management */
export interface ManagedFields {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly time?: string;
  readonly fieldsType: 'FieldsV1';
  readonly fieldsV1: Readonly<Record<string, unknown>>;
  readonly subresource?: string;
}

/** Finalizers of Kubernetes: its garbage collector removes them, and no operator. */
const OF_GARBAGE_COLLECTOR = ['foregroundDeletion', 'orphan'];

/** The finalizers that wait for an operator. */
export function operatorFinalizersOf({ metadata }: LiveObject): readonly string[] {
  return (metadata.finalizers ?? []).filter((name) => !OF_GARBAGE_COLLECTOR.includes(name));
}

/** A condition, as nearly every kind has them in its status. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

export function conditionOf(object: Manifest, type: string): Condition | undefined {
  const { conditions } = (object['status'] ?? {}) as { readonly conditions?: readonly Condition[] };
  return conditions?.find((condition) => condition.type === type);
}

/** An object without some of its fields. */
export function without<T extends object>(object: T, names: readonly string[]): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name))) as Partial<T>;
}
