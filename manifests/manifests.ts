import type { Stage, StagedObject } from './stage';
import { contractOf } from './contract';
import { type Release, releaseOf } from './helm-release';
import { KnownObjects } from './references/known-objects';
import { type FoundReference, referencesOf } from './references/references';
import { valueReferences } from './references/value-references';

/** An object, and the place of its stage in the order in which stages are applied. */
export interface Placed extends StagedObject {
  readonly stage: number;
}

/** The manifests of one environment, as every rule gets to see them. What more than one rule needs is worked out once. */
export class Manifests {
  readonly objects: readonly Placed[];
  private knownObjects: KnownObjects | undefined;
  private readonly knownReferences = new Map<Placed, readonly FoundReference[]>();
  private readonly knownCharts = new Map<Placed, Release | undefined>();

  constructor(readonly stages: readonly Stage[]) {
    this.objects = stages.flatMap(({ objects }, stage) => objects.map(({ path, manifest }) => ({ path, manifest, stage })));
  }

  /** What will be there when this is applied. */
  get known(): KnownObjects {
    return (this.knownObjects ??= new KnownObjects(this.objects));
  }

  /** The Helm release that an object asks for, if it asks for one. */
  chartOf(object: Placed): Release | undefined {
    if (!this.knownCharts.has(object)) this.knownCharts.set(object, releaseOf(object.manifest));
    return this.knownCharts.get(object);
  }

  /** Everything that an object calls by name: in Kubernetes' own fields, in a chart's values, and what its contract adds to these. */
  referencesOf(object: Placed): readonly FoundReference[] {
    const known = this.knownReferences.get(object);
    if (known) return known;
    const chart = this.chartOf(object);
    const reads = (contractOf(object.manifest).reads ?? []).map((reference) => ({ field: 'values', reference }));
    const references = [...referencesOf(object.manifest), ...(chart ? valueReferences(chart) : []), ...reads];
    this.knownReferences.set(object, references);
    return references;
  }
}
