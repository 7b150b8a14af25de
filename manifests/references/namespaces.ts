import type { Manifest } from '../manifest';
import type { FoundReference } from './references';
import { valueAt } from '../fields';

/** The namespaces that an object goes to: its own, and the one of the release that it asks for. */
export function namespacesOf(manifest: Manifest): FoundReference[] {
  const found: [string, unknown][] = [
    ['metadata.namespace', manifest.metadata.namespace],
    ['spec.targetNamespace', manifest.kind === 'HelmChart' ? valueAt(manifest['spec'], 'targetNamespace') : undefined],
  ];
  return found.flatMap(([field, name]) => (typeof name === 'string' ? [{ field, reference: { kind: 'Namespace', name } }] : []));
}
