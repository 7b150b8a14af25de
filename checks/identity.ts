import type { Reference } from '../constructs/contract';

/**
 * What tells an object from all others of its kind. No namespace and `default` are the same:
 * objects without a namespace go where kubectl points, and references to them say nothing else.
 */
export function identityOf({ kind, namespace, name }: Reference): string {
  return `${kind} ${namespace === undefined || namespace === 'default' ? '' : `${namespace}/`}${name}`;
}

/** The group of an apiVersion: `apps` of apps/v1, and nothing of v1. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}
