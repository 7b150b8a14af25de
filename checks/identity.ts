import type { Manifest, Reference } from '../constructs/contract';
import { formatReference } from '../constructs/contract';

/**
 * What tells an object from all others of its kind. No namespace and `default` are the same:
 * objects without a namespace go where kubectl points, and references to them say nothing else.
 */
export function identityOf({ kind, namespace, name }: Reference): string {
  return `${kind} ${namespace === undefined || namespace === 'default' ? '' : `${namespace}/`}${name}`;
}

/** An object in words, as in the contract and in an acknowledgement: `HelmChart kube-system/cvat`. */
export function nameOf({ kind, metadata: { namespace, name } }: Manifest): string {
  return formatReference({ kind, namespace, name });
}

/** The group of an apiVersion: `apps` of apps/v1, and nothing of v1. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}
