import { distance } from 'fastest-levenshtein';
import { type Reference, identityOf } from '../reference';
import type { StagedObject } from '../stage';
import { contractOf } from '../contract';
import { providedBy } from './provided';

/** The stage index of objects that the cluster has, or the installer creates, before the first stage. */
const BEFORE_FIRST_STAGE = -1;

/** Objects that every cluster has. The last two are those of aggregated API servers: https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/ */
const IN_EVERY_CLUSTER: readonly Reference[] = [
  ...['default', 'kube-system', 'kube-public', 'kube-node-lease'].map((name) => ({ kind: 'Namespace', name })),
  { kind: 'Service', namespace: 'default', name: 'kubernetes' },
  { kind: 'Role', namespace: 'kube-system', name: 'extension-apiserver-authentication-reader' },
  { kind: 'ConfigMap', namespace: 'kube-system', name: 'extension-apiserver-authentication' },
];

/** Objects that every namespace has, with their keys. */
const IN_EVERY_NAMESPACE: Readonly<Record<string, readonly string[]>> = {
  'ServiceAccount default': [],
  'ConfigMap kube-root-ca.crt': ['ca.crt'],
};

/** The maximum number of hints for one environment: each compares a name with all others, and this many wrong names are one mistake. */
const MOST_HINTS = 100;

interface Entry {
  /** The first stage that creates it. */
  stage: number;
  /** The first stage that creates each key. */
  readonly keys: Map<string, number>;
}

/** What is known about an object that is referred to. */
export interface Lookup {
  readonly exists: boolean;
  /** The wanted keys that it is not declared to have. */
  readonly missingKeys: readonly string[];
  /** Whether any of its keys are declared. */
  readonly listsKeys: boolean;
  /** The first stage after which the object and all wanted keys exist. */
  readonly stage: number;
}

const NOT_FOUND: Lookup = { exists: false, missingKeys: [], listsKeys: false, stage: BEFORE_FIRST_STAGE };

/** The objects that exist once an environment is applied: those in dist/, those that they create, and the needs of the installer. */
export class KnownObjects {
  private readonly entries = new Map<string, Entry>();
  private readonly served = new Map<string, number>();
  private readonly referencesByKind = new Map<string, Reference[]>();
  private readonly nearestKnown = new Map<string, Reference | undefined>();

  constructor(objects: readonly (StagedObject & { readonly stage: number })[]) {
    for (const reference of IN_EVERY_CLUSTER) this.add(reference, BEFORE_FIRST_STAGE);
    for (const { manifest, stage } of objects) {
      for (const reference of providedBy(manifest)) this.add(reference, stage);
      for (const need of contractOf(manifest).needs ?? []) this.add(need, BEFORE_FIRST_STAGE);
    }
  }

  /** Whether the object exists, which wanted keys it lacks, and from which stage on it is complete. */
  find(wanted: Reference): Lookup {
    const { keys = [] } = wanted;
    const builtIn = IN_EVERY_NAMESPACE[`${wanted.kind} ${wanted.name}`];
    if (builtIn) return { ...NOT_FOUND, exists: true, missingKeys: keys.filter((key) => !builtIn.includes(key)), listsKeys: true };
    const entry = this.entries.get(identityOf(wanted));
    if (!entry) return NOT_FOUND;
    return {
      exists: true,
      missingKeys: keys.filter((key) => !entry.keys.has(key)),
      listsKeys: entry.keys.size > 0,
      stage: keys.reduce((latest, key) => Math.max(latest, entry.keys.get(key) ?? BEFORE_FIRST_STAGE), entry.stage),
    };
  }

  /** The first stage in which a CRD serves this version of a kind, if any does. */
  servedFrom(group: string, version: string, kind: string): number | undefined {
    return this.served.get(`${group} ${version}/${kind}`);
  }

  /** The known object of this kind whose name is most similar to the wanted one, if any is similar. */
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
      // The distance of two names is at least the difference of their lengths.
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
