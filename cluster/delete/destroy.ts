import { selectStages, type Dist } from '../dist';
import { Inventory } from '../inventory';
import type { Session } from '../session';
import { Deletion, type DeletionResult } from './deletion';
import { targetsOf } from './target';

export interface DestroyOptions {
  /** As a person calls them; all of them when none is named. */
  readonly stages: readonly string[];
  readonly deleteData: boolean;
  readonly timeoutMilliseconds: number;
}

/** Takes an environment away, or some stages of it: what dist has, and what was deployed of it earlier. */
export async function destroy(session: Session, dist: Dist, options: DestroyOptions): Promise<DeletionResult> {
  const { stages, deleteData, timeoutMilliseconds } = options;
  const inventory = await Inventory.read(session.cluster, dist.environment);
  const targets = await targetsOf(session.cluster, dist, inventory);
  const names = [...new Set(targets.map(({ stage }) => stage))].map((name) => ({ name }));
  const selected = new Set(selectStages(names, stages).map(({ name }) => name));
  const taking = new Deletion(session, { dist, targets, inventory, deleteData, timeoutMilliseconds });
  return taking.take(targets.filter(({ stage }) => selected.has(stage)));
}
