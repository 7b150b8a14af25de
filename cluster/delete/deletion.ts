import pMap from 'p-map';
import { compareStages } from '../../manifests/stage';
import { idOf, formatKey, keyOf, type ObjectKey } from '../../manifests/manifest';
import type { LiveObject } from '../objects/live-object';
import { DELETE_ANNOTATION, DELETE_WITH_DATA, HOLDS_DATA_ANNOTATION } from '../../manifests/contract';
import { ApiError } from '../api/api-error';
import { unmark } from '../deploy/apply';
import { CONCURRENCY } from '../api/concurrency';
import type { Dist } from '../dist';
import type { Inventory } from '../inventory';
import { readLive } from '../objects/live';
import { CRD_KIND, crdsMadeBy } from '../../manifests/custom-resource-definition';
import type { Session } from '../session';
import { orphanOf, stopInstallJob, volumesOf } from '../helm/release-objects';
import { reasonToKeep, DeletionContext, type KeepReason } from './keep-rules';
import { dataOf, isGuard, Rank, rankOf, type Target } from './target';
import { waitUntilDeleted } from './wait-until-deleted';

export interface DeletionOptions {
  readonly dist: Dist;
  /** All that the environment has or had: what is taken away, and what is not. */
  readonly targets: readonly Target[];
  readonly inventory: Inventory;
  readonly deleteData: boolean;
  /** How long the objects of a stage may take to go. */
  readonly timeoutMilliseconds: number;
}

/** An object that is still there, and why. */
export interface NotDeleted {
  readonly object: string;
  readonly reason: string;
}

export interface DeletionResult {
  /** How many objects are gone that were there. */
  readonly deleted: number;
  /** What stays because nobody asked to delete it. */
  readonly kept: readonly NotDeleted[];
  /** What should have gone and has not. What stands before it was not tried. */
  readonly refused: readonly NotDeleted[];
}

export const NOTHING_DELETED: DeletionResult = { deleted: 0, kept: [], refused: [] };

/**
 * Takes objects away, stage by stage in reverse order; within a stage what an operator has to take apart comes first, and each only when what was
 * deleted before is really gone. It stops at the first stage in which something has to stay that should not.
 */
export class Deletion {
  private readonly situation: DeletionContext;
  private readonly kept = new Map<string, NotDeleted>();
  private readonly refused: NotDeleted[] = [];
  private deleted = 0;

  constructor(
    private readonly session: Session,
    private readonly options: DeletionOptions,
  ) {
    this.situation = new DeletionContext(session, options.targets, options.deleteData, options.dist);
  }

  async take(targets: readonly Target[]): Promise<DeletionResult> {
    await this.foresee(targets);
    const guards = targets.filter(({ key }) => isGuard(key));
    const stages = [...new Set(targets.map(({ stage }) => stage))].sort(compareStages).reverse();
    for (const stage of stages) {
      const others = targets.filter((target) => target.stage === stage && !isGuard(target.key));
      if (others.length > 0 && this.refused.length === 0) await this.takeStage(stage, others);
    }
    if (guards.length > 0 && this.refused.length === 0) await this.takeGuards(guards);
    return { deleted: this.deleted, kept: [...this.kept.values()], refused: this.refused };
  }

  /** What holds data stays, whenever its turn comes: what it needs is told by that. */
  private async foresee(targets: readonly Target[]): Promise<void> {
    const { asked, kept, deleteData } = this.situation;
    for (const { key } of targets) asked.add(idOf(key));
    if (deleteData) return;
    const data = await Promise.all(targets.map(async (target) => (isData(target) ? this.session.cluster.get(target.key) : undefined)));
    for (const object of data) if (object) kept.add(idOf(keyOf(object)));
  }

  private async takeStage(stage: string, targets: readonly Target[]): Promise<void> {
    this.session.reporter.line({ type: 'stage', stage });
    const left: Target[] = [...targets];
    for (const rank of [Rank.Custom, Rank.Operator, Rank.Other, Rank.Definition, Rank.Namespace]) {
      const batch = left.filter((target) => rankOf(target) === rank);
      // Written down first: once its release is gone, nothing else tells of them.
      if (rank <= Rank.Operator) await this.remainsOf(stage, batch);
      await this.takeBatch(stage, batch);
      if (this.refused.length > 0) return;
      const operator = rank === Rank.Operator && batch.find(({ key }) => this.kept.has(idOf(key)));
      // Without its rights and its account it could do nothing.
      if (operator)
        return this.keepAll(
          left.filter((target) => rankOf(target) > rank),
          `belongs to ${formatKey(operator.key)}, which is kept`,
        );
      // And looked for again: the release may have been on its way.
      if (rank <= Rank.Operator) left.push(...(await this.remainsOf(stage, batch)));
    }
  }

  private async takeBatch(stage: string, targets: readonly Target[]): Promise<void> {
    const { cluster, signal } = this.session;
    const gone: ObjectKey[] = [];
    const doomed: LiveObject[] = [];
    const found = await readLive(
      cluster,
      this.options.dist.environment,
      targets.map(({ key }) => key),
    );
    await pMap(
      targets,
      async ({ key, manifest }) => {
        const live = found.get(idOf(key));
        if (!live) {
          // An earlier destroy may have found that its release stayed.
          const orphan = manifest && this.options.inventory.has(key) ? await orphanOf(cluster, manifest) : undefined;
          return void (orphan === undefined ? gone.push(key) : this.refused.push({ object: formatKey(key), reason: orphan }));
        }
        const stay = await reasonToKeep(live, this.situation);
        if (stay) return this.leave(live, stay);
        if (await this.ask(stage, live)) doomed.push(live);
      },
      { concurrency: CONCURRENCY, ...(signal && { signal }) },
    );
    const left = await waitUntilDeleted(this.session, doomed, {
      stage,
      situation: this.situation,
      deadline: this.session.clock.now() + this.options.timeoutMilliseconds,
    });
    for (const object of doomed) {
      const reason = left.get(idOf(keyOf(object))) ?? (await orphanOf(cluster, object));
      if (reason !== undefined) this.refused.push({ object: formatKey(keyOf(object)), reason });
      else {
        gone.push(keyOf(object));
        this.deleted++;
      }
    }
    await this.options.inventory.remove(stage, gone);
  }

  /** Whether the API server has taken the request. */
  private async ask(stage: string, live: LiveObject): Promise<boolean> {
    const { cluster, reporter } = this.session;
    const key = keyOf(live);
    const suspended = (live['spec'] as { suspend?: boolean } | undefined)?.suspend === true;
    if (suspended && live.kind === 'HelmRelease') {
      this.refused.push({ object: formatKey(key), reason: 'is suspended, and Flux would leave its release behind: resume it first' });
      return false;
    }
    const isGuarded = live.metadata.annotations?.[HOLDS_DATA_ANNOTATION] !== undefined;
    try {
      if (isGuarded) await this.mark(live);
      await stopInstallJob(this.session, live);
      await cluster.delete(key, { uid: live.metadata.uid });
      reporter.line({ type: 'applied', stage, object: formatKey(key), result: 'deleted' });
      return true;
    } catch (error) {
      // It stays, and so does what protects it.
      if (isGuarded) await unmark(cluster, live).catch(() => undefined);
      if (!(error instanceof ApiError)) throw error;
      this.refused.push({ object: formatKey(key), reason: error.message });
      return false;
    }
  }

  /** The words without which the policy of data protection refuses. Only --delete-data leads here: see reasonToStay. */
  private async mark(live: LiveObject): Promise<void> {
    if (live.metadata.annotations?.[DELETE_ANNOTATION] === DELETE_WITH_DATA) return;
    await this.session.cluster.patch(keyOf(live), { metadata: { annotations: { [DELETE_ANNOTATION]: DELETE_WITH_DATA } } });
  }

  /** Helm leaves a chart's definitions, and the volumes that it was told to keep. The inventory remembers them. */
  private async remainsOf(stage: string, batch: readonly Target[]): Promise<Target[]> {
    const { cluster } = this.session;
    const { inventory, targets } = this.options;
    const manifests = batch.flatMap(({ key, manifest }) => (manifest && !this.kept.has(idOf(key)) ? [manifest] : []));
    const [definitions, volumes] = await Promise.all([
      Promise.all(manifests.flatMap(crdsMadeBy).map(({ name }) => cluster.get({ ...CRD_KIND, name }))),
      Promise.all(manifests.map((manifest) => volumesOf(cluster, manifest))),
    ]);
    const remains = [...definitions, ...volumes.flat()]
      .flatMap((object) => (object ? [{ stage, inDist: false, key: keyOf(object), manifest: object }] : []))
      .filter(({ key }) => !targets.some((target) => idOf(target.key) === idOf(key)));
    await inventory.add(
      stage,
      remains.map(({ key }) => key),
    );
    return remains;
  }

  /** They go when there is nothing left to guard. */
  private async takeGuards(guards: readonly Target[]): Promise<void> {
    const { cluster, reporter } = this.session;
    const data = await Promise.all(this.options.targets.map(async (target) => (isData(target) ? cluster.get(target.key) : undefined)));
    const guarded = [
      ...data.flatMap((object) => (object ? [formatKey(keyOf(object))] : [])),
      ...[...this.kept.values()].map(({ object }) => object),
    ];
    const [first] = guarded;
    if (first === undefined) {
      for (const stage of new Set(guards.map((guard) => guard.stage))) {
        reporter.line({ type: 'stage', stage });
        await this.takeBatch(
          stage,
          guards.filter((guard) => guard.stage === stage),
        );
      }
      return;
    }
    await this.keepAll(guards, `guards ${first}, which is kept`);
  }

  private async keepAll(targets: readonly Target[], reason: string): Promise<void> {
    for (const { key } of targets) {
      const live = this.kept.has(idOf(key)) ? undefined : await this.session.cluster.get(key);
      if (live) this.leave(live, { reason, intended: true });
    }
  }

  private leave(live: LiveObject, { reason, intended }: KeepReason): void {
    const left = { object: formatKey(keyOf(live)), reason };
    if (!intended) return void this.refused.push(left);
    this.kept.set(idOf(keyOf(live)), left);
    this.situation.kept.add(idOf(keyOf(live)));
  }
}

function isData({ manifest }: Target): boolean {
  return manifest !== undefined && dataOf(manifest) !== undefined;
}
