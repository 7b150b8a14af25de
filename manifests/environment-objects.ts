import type { Stage, StagedObject } from './stage';
import { idOf, keyOf, type ObjectKey } from './manifest';
import { contractOf } from './contract';
import { type InstalledRelease, releaseOf as releaseFrom } from './helm-release';
import { KnownObjects } from './references/known-objects';
import { type FoundReference, referencesOf } from './references/references';
import { valueReferences } from './references/value-references';

/** An object, and the index of its stage in the order in which stages are applied. */
export interface EnvironmentObject extends StagedObject {
  readonly stage: number;
}

/** The objects of one environment, as every rule reads them. What several rules need is computed once. */
export class EnvironmentObjects {
  readonly objects: readonly EnvironmentObject[];
  private byId: ReadonlyMap<string, EnvironmentObject> | undefined;
  private knownObjects: KnownObjects | undefined;
  private readonly knownReferences = new Map<EnvironmentObject, readonly FoundReference[]>();
  private readonly releases = new Map<EnvironmentObject, InstalledRelease | undefined>();

  constructor(readonly stages: readonly Stage[]) {
    this.objects = stages.flatMap(({ objects }, stage) => objects.map((object) => ({ ...object, stage })));
  }

  /** The objects that exist once this environment is applied. */
  get known(): KnownObjects {
    return (this.knownObjects ??= new KnownObjects(this.objects));
  }

  /** The object of any stage with this key. */
  find(key: ObjectKey): EnvironmentObject | undefined {
    this.byId ??= new Map(this.objects.map((object) => [idOf(keyOf(object.manifest)), object]));
    return this.byId.get(idOf(key));
  }

  /** The Helm release that an object installs, if it installs one. */
  releaseOf(object: EnvironmentObject): InstalledRelease | undefined {
    if (!this.releases.has(object))
      this.releases.set(
        object,
        releaseFrom(object.manifest, (key) => this.find(key)?.manifest),
      );
    return this.releases.get(object);
  }

  /** Every object that this one refers to by name: in Kubernetes' own fields, in a chart's values, and in `reads` and `operates` of its contract. */
  referencesOf(object: EnvironmentObject): readonly FoundReference[] {
    const known = this.knownReferences.get(object);
    if (known) return known;
    const release = this.releaseOf(object);
    const { reads = [], operates = [] } = contractOf(object.manifest);
    const references = [
      ...referencesOf(object.manifest),
      ...(release ? valueReferences(release) : []),
      ...reads.map((reference) => ({ field: 'values', reference })),
      ...operates.map((reference) => ({ field: 'operates', reference })),
    ];
    this.knownReferences.set(object, references);
    return references;
  }
}
