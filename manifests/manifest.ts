/** A Kubernetes object as it is in dist/. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
  };
  readonly [field: string]: unknown;
}

/** Without the fields of its metadata that are null, such as `annotations:` with nothing below it: for the API server they are left out. */
export function withoutNullMetadata(manifest: Manifest): Manifest {
  const fields = Object.entries(manifest.metadata);
  if (fields.every(([, value]) => (value as unknown) !== null)) return manifest;
  return {
    ...manifest,
    metadata: Object.fromEntries(fields.filter(([, value]) => (value as unknown) !== null)) as unknown as Manifest['metadata'],
  };
}

/** A kind, as a manifest has it. */
export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** The identity of an object in a cluster. */
export interface ObjectKey extends Kind {
  /** Left out for cluster-scoped kinds. */
  readonly namespace?: string;
  readonly name: string;
}

export function keyOf({ apiVersion, kind, metadata: { namespace, name } }: Manifest): ObjectKey {
  return { apiVersion, kind, ...(namespace !== undefined && { namespace }), name };
}

/** The group of an apiVersion: `apps` for apps/v1, empty for v1. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** A kind without its version: `Deployment.apps`, `Secret`. */
export function groupKindOf(kind: Kind): string {
  const group = groupOf(kind.apiVersion);
  return group === '' ? kind.kind : `${kind.kind}.${group}`;
}

/** An object as text, as in the contract: `HelmChart kube-system/cvat`. */
export function formatKey({ kind, namespace, name }: Omit<ObjectKey, 'apiVersion'>): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

/** A Map key for an object, independent of its version. */
export function idOf(key: ObjectKey): string {
  return `${groupKindOf(key)} ${key.namespace ?? ''}/${key.name}`;
}
