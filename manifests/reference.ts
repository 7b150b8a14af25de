/** An object, named by somebody who does not hold it. */
export interface Reference {
  readonly kind: string;
  /** Left out for cluster-scoped kinds. */
  readonly namespace?: string;
  readonly name: string;
  /** The keys of a Secret or ConfigMap; of a CustomResourceDefinition what it serves, as `version/Kind`. */
  readonly keys?: readonly string[];
}

/** Something that only the person who installs can provide. */
export interface Need extends Reference {
  /** What to do about it, on one line: best a command. Never a secret value. */
  readonly remedy: string;
}

/** A reference in words: `Secret cvat/my-postgres-pguser-cvat: password, user`. */
export function formatReference({ kind, namespace, name, keys }: Reference): string {
  return `${kind} ${namespace ? `${namespace}/` : ''}${name}${keys?.length ? `: ${[...keys].sort().join(', ')}` : ''}`;
}

/**
 * What tells an object from all others of its kind. No namespace and `default` are the same:
 * objects without a namespace go where kubectl points, and references to them say nothing else.
 */
export function identityOf({ kind, namespace, name }: Reference): string {
  return `${kind} ${namespace === undefined || namespace === 'default' ? '' : `${namespace}/`}${name}`;
}
