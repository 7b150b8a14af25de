import type { Manifest } from '../manifest';
import type { FoundReference } from './references';
import { fieldOf, releaseOf } from '../helm-release';

/** The namespaces that an object needs: its own, and that of the release that it installs. */
export function namespacesOf(manifest: Manifest): FoundReference[] {
  const release = releaseOf(manifest);
  const found: [string, string | undefined][] = [
    ['metadata.namespace', manifest.metadata.namespace],
    [release ? fieldOf(release.places.namespace) : '', release?.namespace],
    [release ? fieldOf(release.places.storageNamespace) : '', release?.storageNamespace],
  ];
  const names = new Set<unknown>([undefined]);
  // A release beside its object, and an object without a namespace, need no other one.
  return found.flatMap(([field, name]) => {
    if (names.has(name)) return [];
    names.add(name);
    return [{ field, reference: { kind: 'Namespace', name: name ?? '' } }];
  });
}
