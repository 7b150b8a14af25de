/** An object, identified by kind, namespace and name. */
export interface Reference {
  readonly kind: string;
  /** Left out for cluster-scoped kinds. */
  readonly namespace?: string;
  readonly name: string;
  /** The keys of a Secret or ConfigMap; for a CRD what it serves, as `version/Kind`. */
  readonly keys?: readonly string[];
}

/** An object that the installer provides. */
export interface Need extends Reference {
  /** How to create it, preferably a command. Never a secret value. */
  readonly remedy: string;
}

/** A reference as text: `Secret cvat/my-postgres-pguser-cvat: password, user`. */
export function formatReference({ kind, namespace, name, keys }: Reference): string {
  return `${kind} ${namespace ? `${namespace}/` : ''}${name}${keys?.length ? `: ${[...keys].sort().join(', ')}` : ''}`;
}

/**
 * The identity of an object within its API group. No namespace and `default` are the same, because objects without a namespace are applied
 * to the current namespace of kubectl.
 */
export function identityOf({ kind, namespace, name }: Reference): string {
  return `${kind} ${namespace === undefined || namespace === 'default' ? '' : `${namespace}/`}${name}`;
}
