import { StageApplication } from './apply-stage';
import { NOTHING_DELETED, type DeletionResult } from '../delete/deletion';
import { targetsOf } from '../delete/target';
import { type Dist, selectStages } from '../dist';
import { OwnershipCheck } from './ownership-check';
import { renameEnvironment } from './rename-environment';
import { prune, type PruneCandidate, pruneCandidates, stillOnCluster } from './prune';
import { refuseCrdLosses } from './crd-losses';
import { refuseDataLoss } from './data-at-risk';
import { refuseHandover } from './handover';
import { preflight } from './preflight';
import type { Session } from '../session';
import { describeShutDown, shutDownDatabases } from './shut-down-databases';
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
  readonly deleteNamespaceContents: boolean;
  /** Existing objects that become ours: `ConfigMap cvat/one`. Fields of others are overwritten. */
  readonly adopt: readonly string[];
  /** The environment on the cluster that becomes dist's environment. */
  readonly renameFrom?: string | undefined;
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
  const { cluster } = session;
  const { stages, timeoutMilliseconds, force, deleteData, deleteNamespaceContents, renameFrom } = options;
  const selected = selectStages(dist.stages, stages);
  const before = await preflight(session, dist, selected, options);
  const allowed = await refuseDataLoss(cluster, selected, options.allow ?? []);
  const losses = await refuseCrdLosses(cluster, dist.stages, selected, before.live);
  const targets = await targetsOf(cluster, dist, before.inventory);
  await refuseHandover(cluster, targets);
  const candidates = stillOnCluster(pruneCandidates(dist, targets, stages), renameFrom ?? dist.environment, before.inventory);
  if (!(await options.confirm(candidates))) return undefined;
  const inventory = renameFrom === undefined ? before.inventory : await renameEnvironment(session, dist, renameFrom);
  const ownership = new OwnershipCheck(cluster, dist, inventory, options, session.context);
  const application = new StageApplication(session, { dist, inventory, ownership, before, timeoutMilliseconds, force, allowed });
  for (const database of shutDownDatabases(dist.stages, selected))
    session.reporter.line({ type: 'warning', stage: database.stage, object: database.object, message: describeShutDown(database) });
  for (const { stage, object, message } of losses) session.reporter.line({ type: 'note', stage, object, message });
  for (const stage of selected) {
    const unready = await application.apply(stage);
    if (unready.length > 0) return { stage: stage.name, unready, pruned: NOTHING_DELETED };
  }
  return {
    unready: [],
    pruned: await prune(session, dist, { inventory, stages, deleteData, deleteNamespaceContents, timeoutMilliseconds }),
  };
}
