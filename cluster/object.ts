import type { Manifest } from '../constructs/contract';

/** Which kind, in the words of a manifest. */
export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** What tells an object from all others of a cluster. */
export interface ObjectKey extends Kind {
  /** Left out for cluster-scoped kinds. */
  readonly namespace?: string;
  readonly name: string;
}

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

/** A condition, as nearly every kind has them in its status. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

export function keyOf({ apiVersion, kind, metadata: { namespace, name } }: Manifest): ObjectKey {
  return { apiVersion, kind, ...(namespace !== undefined && { namespace }), name };
}

/** The group of an apiVersion: `apps` of apps/v1, and nothing of v1. */
export function groupOf({ apiVersion }: Pick<Kind, 'apiVersion'>): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** The same for every version of a kind: `Deployment.apps`, `Secret`. */
export function groupKindOf(kind: Kind): string {
  const group = groupOf(kind);
  return group === '' ? kind.kind : `${kind.kind}.${group}`;
}

/** An object in words, as the contract writes it: `HelmChart kube-system/cvat`. */
export function inWords({ kind, namespace, name }: Omit<ObjectKey, 'apiVersion'>): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

/** The same for an object whatever its version, to find it in a Map. */
export function idOf(key: ObjectKey): string {
  return `${groupKindOf(key)} ${key.namespace ?? ''}/${key.name}`;
}

export function conditionOf(object: Manifest, type: string): Condition | undefined {
  const { conditions } = (object['status'] ?? {}) as { readonly conditions?: readonly Condition[] };
  return conditions?.find((condition) => condition.type === type);
}

/** An object without some of its fields. */
export function without<T extends object>(object: T, names: readonly string[]): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name))) as Partial<T>;
}
