import type { Manifest, ObjectKey } from '../../manifests/manifest';
import { dataOf, type Target } from '../delete/target';
import { type Dist, selectStages } from '../dist';

/** What an earlier deploy has applied and dist has no longer, of the stages that are named, or of all. Some of it may be gone from the cluster, too. */
export function pruneCandidates(dist: Dist, targets: readonly Target[], stages: readonly string[]): Target[] {
  const selected = new Set(selectStages(dist.stages, stages).map(({ name }) => name));
  return targets.filter(({ stage, inDist }) => !inDist && (stages.length === 0 || selected.has(stage)));
}

/** An object that dist has no longer, and the cluster still has. */
export interface LeftOver {
  readonly stage: string;
  readonly key: ObjectKey;
  /** As it is on the cluster. */
  readonly manifest: Manifest;
  /** Whose data would go with it: then a deploy leaves it where it is, unless it is told --delete-data. */
  readonly data?: string;
}

export function leftOvers(gone: readonly Target[]): LeftOver[] {
  return gone.flatMap(({ stage, key, manifest }) => {
    const data = manifest && dataOf(manifest);
    return manifest ? [{ stage, key, manifest, ...(data !== undefined && { data }) }] : [];
  });
}
