import { NOTHING_DELETED, Deletion, type DeletionResult } from '../delete/deletion';
import { type Target, targetsOf } from '../delete/target';
import type { Dist } from '../dist';
import { pruneCandidates } from './prune-candidates';
import type { Inventory } from '../inventory';
import { idOf } from '../../manifests/manifest';
import type { Session } from '../session';

export interface PruneOptions {
  readonly inventory: Inventory;
  /** As a person calls them; all of them, and those that dist has no longer, when none is named. */
  readonly stages: readonly string[];
  readonly deleteData: boolean;
  readonly timeoutMilliseconds: number;
}

/** What an earlier deploy has applied and dist has no longer is taken away, as destroy does it. */
export async function prune(
  session: Session,
  dist: Dist,
  { inventory, stages, deleteData, timeoutMilliseconds }: PruneOptions,
): Promise<DeletionResult> {
  const targets = await targetsOf(session.cluster, dist, inventory);
  await forgetMoved(targets, inventory);
  const gone = pruneCandidates(dist, targets, stages);
  if (gone.length === 0) return NOTHING_DELETED;
  return new Deletion(session, { dist, targets, inventory, deleteData, timeoutMilliseconds }).take(gone);
}

/** What is in another stage of dist now has been applied there. */
async function forgetMoved(targets: readonly Target[], inventory: Inventory): Promise<void> {
  const stageOf = new Map(targets.map(({ key, stage }) => [idOf(key), stage]));
  for (const stage of inventory.stages) {
    const moved = inventory.of(stage).filter((key) => stageOf.get(idOf(key)) !== stage);
    await inventory.remove(stage, moved);
  }
}
