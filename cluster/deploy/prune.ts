import { NOTHING_DELETED, Deletion, type DeletionResult } from '../delete/deletion';
import { notOursReason } from '../delete/not-ours';
import type { LiveObject } from '../objects/live-object';
import { dataOf, type Target, targetsOf } from '../delete/target';
import { type Dist, selectStages } from '../dist';
import type { Inventory } from '../inventory';
import { idOf, type Manifest, type ObjectKey } from '../../manifests/manifest';
import type { Session } from '../session';

/** Objects of the inventory that are no longer in dist, of the given stages or of all. Some of them may no longer be on the cluster. */
export function pruneCandidates(dist: Dist, targets: readonly Target[], stages: readonly string[]): Target[] {
  const selected = new Set(selectStages(dist.stages, stages).map(({ name }) => name));
  return targets.filter(({ stage, inDist }) => !inDist && (stages.length === 0 || selected.has(stage)));
}

/** An object that is on the cluster and no longer in dist. */
export interface PruneCandidate {
  readonly stage: string;
  readonly key: ObjectKey;
  /** The live object. */
  readonly manifest: Manifest;
  /** Why it is not ours to delete, so that it is kept. */
  readonly notOurs?: string;
  /** Which data would be deleted with it. Such an object is kept unless --delete-data is given. */
  readonly data?: string;
}

/** Those of the candidates that are on the cluster. */
export function stillOnCluster(candidates: readonly Target[], environment: string, inventory: Inventory): PruneCandidate[] {
  return candidates.flatMap(({ stage, key, manifest }) => {
    if (!manifest) return [];
    const data = dataOf(manifest);
    // What is not in dist is live.
    const notOurs = notOursReason(manifest as LiveObject, environment, inventory.noteOf(key));
    return [{ stage, key, manifest, ...(notOurs !== undefined && { notOurs }), ...(data !== undefined && { data }) }];
  });
}

export interface PruneOptions {
  readonly inventory: Inventory;
  /** Names of stages, with or without their number. Empty: all of them, and those that are no longer in dist. */
  readonly stages: readonly string[];
  readonly deleteData: boolean;
  readonly deleteNamespaceContents: boolean;
  readonly timeoutMilliseconds: number;
}

/** Deletes objects of the inventory that are no longer in dist, by the rules of destroy. */
export async function prune(session: Session, dist: Dist, { stages, ...options }: PruneOptions): Promise<DeletionResult> {
  const { inventory } = options;
  const targets = await targetsOf(session.cluster, dist, inventory);
  await forgetMoved(targets, inventory);
  const candidates = pruneCandidates(dist, targets, stages);
  if (candidates.length === 0) return NOTHING_DELETED;
  return new Deletion(session, { ...options, dist, targets, verb: 'pruned' }).delete(candidates);
}

/** Removes from the inventory's stages what dist now has in another stage: it has been applied there. */
async function forgetMoved(targets: readonly Target[], inventory: Inventory): Promise<void> {
  const stageOf = new Map(targets.map(({ key, stage }) => [idOf(key), stage]));
  for (const stage of inventory.stages) {
    const moved = inventory.of(stage).filter((key) => stageOf.get(idOf(key)) !== stage);
    await inventory.remove(stage, moved);
  }
}
