import type { Manifest } from '../manifest';
import type { FoundReference } from './references';
import { valueAt } from '../fields';

/** The namespaces that an object uses: its own, and that of the release that it describes. */
export function namespacesOf(manifest: Manifest): FoundReference[] {
  const found: [string, unknown][] = [
    ['metadata.namespace', manifest.metadata.namespace],
    ['spec.targetNamespace', manifest.kind === 'HelmChart' ? valueAt(manifest['spec'], 'targetNamespace') : undefined],
  ];
  return found.flatMap(([field, name]) => (typeof name === 'string' ? [{ field, reference: { kind: 'Namespace', name } }] : []));
}
