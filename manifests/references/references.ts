import type { Manifest } from '../manifest';
import { isClusterScoped } from '../built-in-kinds';
import type { Reference } from '../reference';
import { addressOf } from './service-address';
import { type FieldPath, formatField, hasMeaningfulFields, visitFields } from '../fields';
import { withoutValues } from '../helm-release';
import { REFERRING_FIELDS } from './referring-fields';

/** A reference of an object to another one, and its field. */
export interface FoundReference {
  readonly field: string;
  readonly reference: Reference;
  /** The object may be created in a later stage, because clients of a network address retry. */
  readonly later?: true;
}

/** The references of an object in Kubernetes' own fields and in those of the known custom resources. */
export function referencesOf(manifest: Manifest): FoundReference[] {
  if (!hasMeaningfulFields(manifest.kind)) return [];
  const found: FoundReference[] = [];
  visitFields(withoutValues(manifest), (parent, key, path) => {
    const read = Object.hasOwn(REFERRING_FIELDS, key) ? REFERRING_FIELDS[key] : undefined;
    for (const reference of read?.(parent[key], manifest) ?? []) {
      found.push({ field: formatField(path), reference: withNamespace(reference, manifest.metadata.namespace) });
    }
    const address = isVariable(path) ? addressOf(parent[key]) : undefined;
    if (address) found.push({ field: formatField(path), reference: address, later: true });
  });
  return found;
}

/** A reference without a namespace means the namespace of its owner. */
export function withNamespace(reference: Reference, namespace: string | undefined): Reference {
  if (isClusterScoped(reference) || reference.namespace !== undefined || namespace === undefined) return reference;
  return { ...reference, namespace };
}

/** Whether a path is that of the value of a container's environment variable: `…env[0].value`. */
function isVariable(path: FieldPath): boolean {
  return path.at(-1) === 'value' && path.at(-3) === 'env';
}
