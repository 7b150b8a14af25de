import { selectStages, type Dist } from '../dist';
import { Inventory } from '../inventory';
import type { Session } from '../session';
import { Deletion, type DeletionResult } from './deletion';
import { targetsOf } from './target';

export interface DestroyOptions {
  /** Names of stages, with or without their number. Empty: all. */
  readonly stages: readonly string[];
  readonly deleteData: boolean;
  /** Deletes namespaces of ours also when they contain objects of others. */
  readonly deleteNamespaceContents: boolean;
  readonly timeoutMilliseconds: number;
}

/** Deletes an environment, or some stages of it: the objects of dist and of the inventory. */
export async function destroy(session: Session, dist: Dist, options: DestroyOptions): Promise<DeletionResult> {
  const { stages, deleteData, deleteNamespaceContents, timeoutMilliseconds } = options;
  const inventory = await Inventory.read(session.cluster, dist.environment, session.installation);
  const targets = await targetsOf(session.cluster, dist, inventory);
  const names = [...new Set(targets.map(({ stage }) => stage))].map((name) => ({ name }));
  const selected = new Set(selectStages(names, stages).map(({ name }) => name));
  const deletion = new Deletion(session, {
    dist,
    targets,
    inventory,
    deleteData,
    deleteNamespaceContents,
    timeoutMilliseconds,
    verb: 'deleted',
  });
  return deletion.delete(targets.filter(({ stage }) => selected.has(stage)));
}
