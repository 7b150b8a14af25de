/** A Kubernetes object as it stands in dist/. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

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

export function keyOf({ apiVersion, kind, metadata: { namespace, name } }: Manifest): ObjectKey {
  return { apiVersion, kind, ...(namespace !== undefined && { namespace }), name };
}

/** The group of an apiVersion: `apps` of apps/v1, and nothing of v1. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** The same for every version of a kind: `Deployment.apps`, `Secret`. */
export function groupKindOf(kind: Kind): string {
  const group = groupOf(kind.apiVersion);
  return group === '' ? kind.kind : `${kind.kind}.${group}`;
}

/** An object in words, as the contract writes it: `HelmChart kube-system/cvat`. */
export function formatKey({ kind, namespace, name }: Omit<ObjectKey, 'apiVersion'>): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

/** The same for an object whatever its version, to find it in a Map. */
export function idOf(key: ObjectKey): string {
  return `${groupKindOf(key)} ${key.namespace ?? ''}/${key.name}`;
}
