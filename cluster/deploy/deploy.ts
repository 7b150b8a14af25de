import { StageApplication } from './apply-stage';
import { NOTHING_DELETED, type DeletionResult } from '../delete/deletion';
import { targetsOf } from '../delete/target';
import { type Dist, selectStages } from '../dist';
import { pruneCandidates, type LeftOver, leftOvers } from './prune-candidates';
import { Inventory } from '../inventory';
import { refuseOtherEnvironment } from './target-checks';
import { preflight } from './preflight';
import { prune } from './prune';
import type { Session } from '../session';
import type { Unready } from './wait-until-ready';

export interface DeployOptions {
  /** As a person calls them; all of them when none is named. */
  readonly stages: readonly string[];
  /** How long a stage may take. */
  readonly timeoutMilliseconds: number;
  readonly force: boolean;
  readonly deleteData: boolean;
  /** Asked for once all is well, before anything is written, with what dist has no longer; false ends it. */
  readonly confirm: (left: readonly LeftOver[]) => Promise<boolean>;
}

export interface Deployed {
  /** The stage that did not become ready; the ones after it were not applied. */
  readonly stage?: string;
  readonly unready: readonly Unready[];
  /** What was pruned. */
  readonly taken: DeletionResult;
}

/** Applies the stages in their order, each when the one before is ready, and takes away what dist has no longer. Nothing if the person said no. */
export async function deploy(session: Session, dist: Dist, options: DeployOptions): Promise<Deployed | undefined> {
  const { stages, timeoutMilliseconds, force, deleteData } = options;
  const selected = selectStages(dist.stages, stages);
  await preflight(session.cluster, dist, selected);
  const inventory = await Inventory.read(session.cluster, dist.environment);
  await refuseOtherEnvironment(session.cluster, dist, selected, inventory);
  const targets = await targetsOf(session.cluster, dist, inventory);
  if (!(await options.confirm(leftOvers(pruneCandidates(dist, targets, stages))))) return undefined;
  const application = new StageApplication(session, { dist, inventory, timeoutMilliseconds, force });
  for (const stage of selected) {
    const unready = await application.apply(stage);
    if (unready.length > 0) return { stage: stage.name, unready, taken: NOTHING_DELETED };
  }
  return { unready: [], taken: await prune(session, dist, { inventory, stages, deleteData, timeoutMilliseconds }) };
}
