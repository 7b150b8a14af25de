import { distance } from 'fastest-levenshtein';
import { type Reference, identityOf } from '../reference';
import type { StagedObject } from '../stage';
import { contractOf } from '../contract';
import { providedBy } from './provided';

/** The place in the order of the stages of what the cluster has, or the installer makes, before the first one. */
const BEFORE_ALL = -1;

/** What a cluster has, whoever made it. */
const EVERYWHERE: readonly Reference[] = [
  ...['default', 'kube-system', 'kube-public', 'kube-node-lease'].map((name) => ({ kind: 'Namespace', name })),
  { kind: 'Service', namespace: 'default', name: 'kubernetes' },
];

/** What a cluster has in every namespace. */
const IN_EVERY_NAMESPACE: Readonly<Record<string, readonly string[]>> = {
  'ServiceAccount default': [],
  'ConfigMap kube-root-ca.crt': ['ca.crt'],
};

/** Whoever has this many names wrong has one mistake, and needs no hint for each: a hint compares a name with all others. */
const MOST_HINTS = 100;

interface Entry {
  /** The first stage that makes it. */
  stage: number;
  /** The first stage that makes each key. */
  readonly keys: Map<string, number>;
}

/** What is known about an object that somebody refers to. */
export interface Lookup {
  readonly exists: boolean;
  /** Which of the keys that were asked for it does not have, as far as anybody has said. */
  readonly missingKeys: readonly string[];
  /** Whether anybody has said which keys it has. */
  readonly listsKeys: boolean;
  /** The stage from which on all that was asked for is there. */
  readonly stage: number;
}

const NOTHING: Lookup = { exists: false, missingKeys: [], listsKeys: false, stage: BEFORE_ALL };

/** What will be there when an environment is applied: what is in its dist, what that makes, and what the installer has been asked for. */
export class KnownObjects {
  private readonly entries = new Map<string, Entry>();
  private readonly served = new Map<string, number>();
  private readonly referencesByKind = new Map<string, Reference[]>();
  private readonly nearestKnown = new Map<string, Reference | undefined>();

  constructor(objects: readonly (StagedObject & { readonly stage: number })[]) {
    for (const reference of EVERYWHERE) this.add(reference, BEFORE_ALL);
    for (const { manifest, stage } of objects) {
      for (const reference of providedBy(manifest)) this.add(reference, stage);
      for (const need of contractOf(manifest).needs ?? []) this.add(need, BEFORE_ALL);
    }
  }

  /** Whether there is such an object, which of the keys asked for it lacks, and since when it is complete. */
  find(wanted: Reference): Lookup {
    const { keys = [] } = wanted;
    const builtIn = IN_EVERY_NAMESPACE[`${wanted.kind} ${wanted.name}`];
    if (builtIn) return { ...NOTHING, exists: true, missingKeys: keys.filter((key) => !builtIn.includes(key)), listsKeys: true };
    const entry = this.entries.get(identityOf(wanted));
    if (!entry) return NOTHING;
    return {
      exists: true,
      missingKeys: keys.filter((key) => !entry.keys.has(key)),
      listsKeys: entry.keys.size > 0,
      stage: keys.reduce((latest, key) => Math.max(latest, entry.keys.get(key) ?? BEFORE_ALL), entry.stage),
    };
  }

  /** The first stage in which a definition serves this kind in this version, if any does. */
  servedFrom(group: string, version: string, kind: string): number | undefined {
    return this.served.get(`${group} ${version}/${kind}`);
  }

  /** The object of this kind whose name is most like the one that was not found, if any is. */
  nearest(wanted: Reference): Reference | undefined {
    const identity = identityOf(wanted);
    if (!this.nearestKnown.has(identity) && this.nearestKnown.size < MOST_HINTS)
      this.nearestKnown.set(identity, this.searchNearest(wanted.kind, identity));
    return this.nearestKnown.get(identity);
  }

  private searchNearest(kind: string, wanted: string): Reference | undefined {
    let best: Reference | undefined;
    let bestDistance = Math.floor(wanted.length / 3) + 1;
    for (const reference of this.referencesByKind.get(kind) ?? []) {
      const identity = identityOf(reference);
      // The names cannot be closer than their lengths are.
      if (identity === wanted || Math.abs(identity.length - wanted.length) >= bestDistance) continue;
      const current = distance(identity, wanted);
      if (current < bestDistance) [best, bestDistance] = [reference, current];
    }
    return best;
  }

  private add(reference: Reference, stage: number): void {
    const { kind, name, keys = [] } = reference;
    const identity = identityOf(reference);
    let entry = this.entries.get(identity);
    if (!entry) {
      entry = { stage, keys: new Map() };
      this.entries.set(identity, entry);
      this.referencesByKind.set(kind, this.referencesByKind.get(kind) ?? []);
      this.referencesByKind.get(kind)?.push(reference);
    }
    entry.stage = Math.min(entry.stage, stage);
    for (const key of keys) earlier(entry.keys, key, stage);
    if (kind === 'CustomResourceDefinition') {
      const group = name.slice(name.indexOf('.') + 1);
      for (const key of keys) earlier(this.served, `${group} ${key}`, stage);
    }
  }
}

function earlier(stages: Map<string, number>, key: string, stage: number): void {
  stages.set(key, Math.min(stages.get(key) ?? stage, stage));
}
