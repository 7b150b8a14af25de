import { distance } from 'fastest-levenshtein';
import type { Contract, Manifest, Reference, Stage } from '../constructs/contract';
import { contractOf } from '../constructs/contract';
import { identityOf } from './identity';

/** What a cluster has in every namespace, whoever made it. */
const EVERYWHERE: readonly Reference[] = [
  { kind: 'ServiceAccount', name: 'default' },
  { kind: 'ConfigMap', name: 'kube-root-ca.crt', keys: ['ca.crt'] },
];

/** What will be there when an environment is applied: what is in its dist, what that makes, and what the installer has been asked for. */
export class Inventory {
  private readonly keys = new Map<string, Set<string>>();
  private readonly references: Reference[] = [];

  constructor(stages: readonly Stage[]) {
    for (const { manifest } of stages.flatMap((stage) => stage.objects)) {
      const { makes = [], needs = [] }: Contract = contractOf(manifest);
      const { kind, metadata } = manifest;
      for (const reference of [{ kind, ...metadata, keys: keysOf(manifest) }, ...makes, ...needs]) this.add(reference);
    }
  }

  /** Whether there is such an object, and which of the keys asked for it lacks. Keys that nobody has listed are taken on trust. */
  find(wanted: Reference): { readonly exists: boolean; readonly missingKeys: readonly string[] } {
    if (EVERYWHERE.some(({ kind, name }) => kind === wanted.kind && name === wanted.name)) return { exists: true, missingKeys: [] };
    const known = this.keys.get(identityOf(wanted));
    if (!known) return { exists: false, missingKeys: [] };
    return { exists: true, missingKeys: known.size === 0 ? [] : (wanted.keys ?? []).filter((key) => !known.has(key)) };
  }

  /** Whether a definition serves this kind in this version. */
  serves(group: string, version: string, kind: string): boolean {
    const definitions = this.references.filter((reference) => reference.kind === 'CustomResourceDefinition');
    return definitions.some(({ name, keys = [] }) => name.endsWith(`.${group}`) && keys.includes(`${version}/${kind}`));
  }

  /** The object of this kind whose name is most like the one that was not found, if any is. */
  nearest(wanted: Reference): Reference | undefined {
    const candidates = this.references
      .filter((reference) => reference.kind === wanted.kind && identityOf(reference) !== identityOf(wanted))
      .map((reference) => ({ reference, distance: distance(identityOf(reference), identityOf(wanted)) }))
      .sort((one, other) => one.distance - other.distance);
    const [best] = candidates;
    return best && best.distance <= identityOf(wanted).length / 3 ? best.reference : undefined;
  }

  private add(reference: Reference): void {
    const identity = identityOf(reference);
    const keys = this.keys.get(identity) ?? new Set();
    for (const key of reference.keys ?? []) keys.add(key);
    this.keys.set(identity, keys);
    this.references.push(reference);
  }
}

/** The keys of a Secret or ConfigMap; of a definition what it serves. */
function keysOf(manifest: Manifest): string[] {
  if (['Secret', 'ConfigMap'].includes(manifest.kind)) {
    const fields = [manifest['data'], manifest['stringData'], manifest['binaryData']];
    return fields.flatMap((field) => (typeof field === 'object' && field !== null ? Object.keys(field) : []));
  }
  if (manifest.kind !== 'CustomResourceDefinition') return [];
  const { names, versions } = manifest['spec'] as { names: { kind: string }; versions: { name: string; served: boolean }[] };
  return versions.filter((version) => version.served).map((version) => `${version.name}/${names.kind}`);
}
