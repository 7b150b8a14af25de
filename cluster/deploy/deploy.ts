import { StageApplication } from './apply-stage';
import { NOTHING_DELETED, type DeletionResult } from '../delete/deletion';
import { targetsOf } from '../delete/target';
import { type Dist, selectStages } from '../dist';
import { prune, type PruneCandidate, pruneCandidates, stillOnCluster } from './prune';
import { refuseDataLoss } from './data-at-risk';
import { Inventory } from '../inventory';
import { refuseHandover } from './handover';
import { preflight, refuseOtherEnvironment } from './preflight';
import type { Session } from '../session';
import type { Unready } from './wait-until-ready';

export interface DeployOptions {
  /** Names of stages, with or without their number. Empty: all. */
  readonly stages: readonly string[];
  /** Timeout per stage. */
  readonly timeoutMilliseconds: number;
  readonly force: boolean;
  readonly deleteData: boolean;
  /** Changes that may lose data: `remove-repository=repo1`. */
  readonly allow?: readonly string[];
  /** Called after all checks and before the first write, with the objects that are no longer in dist; false aborts. */
  readonly confirm: (candidates: readonly PruneCandidate[]) => Promise<boolean>;
}

export interface DeployResult {
  /** The stage that did not become ready; the ones after it were not applied. */
  readonly stage?: string;
  readonly unready: readonly Unready[];
  /** What prune deleted and kept. */
  readonly pruned: DeletionResult;
}

/** Applies the stages in their order, each when the one before is ready, and prunes objects that are no longer in dist. Undefined if `confirm` returned false. */
export async function deploy(session: Session, dist: Dist, options: DeployOptions): Promise<DeployResult | undefined> {
  const { stages, timeoutMilliseconds, force, deleteData } = options;
  const selected = selectStages(dist.stages, stages);
  await preflight(session.cluster, dist, selected);
  const inventory = await Inventory.read(session.cluster, dist.environment);
  await refuseOtherEnvironment(session.cluster, dist, selected, inventory);
  const allowed = await refuseDataLoss(session.cluster, selected, options.allow ?? []);
  const targets = await targetsOf(session.cluster, dist, inventory);
  refuseHandover(targets);
  if (!(await options.confirm(stillOnCluster(pruneCandidates(dist, targets, stages))))) return undefined;
  const application = new StageApplication(session, { dist, inventory, timeoutMilliseconds, force, allowed });
  for (const stage of selected) {
    const unready = await application.apply(stage);
    if (unready.length > 0) return { stage: stage.name, unready, pruned: NOTHING_DELETED };
  }
  return { unready: [], pruned: await prune(session, dist, { inventory, stages, deleteData, timeoutMilliseconds }) };
}
