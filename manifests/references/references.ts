import type { Manifest } from '../manifest';
import type { Reference } from '../reference';
import { addressOf } from './service-address';
import { type FieldPath, formatField, hasMeaningfulFields, visitFields } from '../fields';
import { REFERRING_FIELDS } from './referring-fields';

/** A name that an object calls another by, and the field where it does. */
export interface FoundReference {
  readonly field: string;
  readonly reference: Reference;
  /** It may come in a later stage: whoever only calls an address tries again until somebody answers. */
  readonly later?: true;
}

const CLUSTER_SCOPED = new Set(['ClusterIssuer', 'ClusterRole', 'IngressClass', 'ValidatingAdmissionPolicy']);

/** Everything that an object refers to by name in Kubernetes' own fields and in those of the custom resources that we know. */
export function referencesOf(manifest: Manifest): FoundReference[] {
  if (!hasMeaningfulFields(manifest.kind)) return [];
  const found: FoundReference[] = [];
  visitFields(manifest, (parent, key, path) => {
    const read = Object.hasOwn(REFERRING_FIELDS, key) ? REFERRING_FIELDS[key] : undefined;
    for (const reference of read?.(parent[key], manifest) ?? []) {
      found.push({ field: formatField(path), reference: withNamespace(reference, manifest.metadata.namespace) });
    }
    const address = isVariable(path) ? addressOf(parent[key]) : undefined;
    if (address) found.push({ field: formatField(path), reference: address, later: true });
  });
  return found;
}

/** A reference says nothing of a namespace where it means its owner's. */
export function withNamespace(reference: Reference, namespace: string | undefined): Reference {
  if (CLUSTER_SCOPED.has(reference.kind) || reference.namespace !== undefined || namespace === undefined) return reference;
  return { ...reference, namespace };
}

/** Whether a path leads to the value of a container's environment variable: `…env[0].value`. */
function isVariable(path: FieldPath): boolean {
  return path.at(-1) === 'value' && path.at(-3) === 'env';
}
