import pMap from 'p-map';
import { compareStages } from '../../manifests/stage';
import { idOf, formatKey, keyOf, type Manifest, type ObjectKey } from '../../manifests/manifest';
import type { LiveObject } from '../objects/live-object';
import { DELETE_ANNOTATION, DELETE_WITH_DATA } from '../../manifests/contract';
import { CRD_GUARD_NAME, isGuarded, isPostgresOperatorCrd } from '../../manifests/data-protection/guarded';
import { ApiError, isCode } from '../api/api-error';
import { unmark } from '../deploy/apply';
import { releaseGuard } from '../deploy/guard';
import { CONCURRENCY } from '../api/cluster';
import type { Dist } from '../dist';
import type { Inventory } from '../inventory';
import { readLive } from '../objects/live';
import { CRD_KIND, crdsMadeBy } from '../../manifests/custom-resource-definition';
import { releaseOf } from '../../manifests/helm-release';
import type { Session } from '../session';
import { orphanOf, stopInstallJob, volumesOf } from '../helm/release-objects';
import { DeletionContext } from './deletion-context';
import { reasonToKeep, type KeepReason } from './keep-rules';
import { isCreatedAfter, reasonNotOurs } from '../objects/ownership';
import { leftClaims } from './left-claims';
import { notOursReason } from './not-ours';
import { dataOf, isGuard, leavesNamedObjects, type NotDeleted, Rank, rankOf, type Target } from './target';
import { waitUntilDeleted } from './wait-until-deleted';

export interface DeletionOptions {
  readonly dist: Dist;
  /** All objects that the environment has or had, also those that are not to be deleted. */
  readonly targets: readonly Target[];
  readonly inventory: Inventory;
  readonly deleteData: boolean;
  /** The word that is reported for each deleted object. */
  readonly verb: 'deleted' | 'pruned';
  /** Deletes namespaces of ours also when they contain objects of others. */
  readonly deleteNamespaceContents: boolean;
  /** Timeout per stage. */
  readonly timeoutMilliseconds: number;
}

export interface DeletionResult {
  /** Number of deleted objects. */
  readonly deleted: number;
  /** Objects that are kept by a rule, for example because they hold data. */
  readonly kept: readonly NotDeleted[];
  /** Objects that should have been deleted and were not. Stages before theirs were not tried. */
  readonly refused: readonly NotDeleted[];
}

export const NOTHING_DELETED: DeletionResult = { deleted: 0, kept: [], refused: [] };

/**
 * Deletes objects stage by stage in reverse order, within a stage by rank: custom resources that an operator has to finalize first. Each batch waits
 * until the one before is gone from the API server. Stops at the first stage in which an object cannot be deleted.
 */
export class Deletion {
  private readonly context: DeletionContext;
  private readonly kept = new Map<string, NotDeleted>();
  private readonly refused: NotDeleted[] = [];
  private deleted = 0;
  /** Objects that install releases of ours, by id, as they were before they were deleted. */
  private readonly makers = new Map<string, LiveObject>();

  constructor(
    private readonly session: Session,
    private readonly options: DeletionOptions,
  ) {
    this.context = new DeletionContext(session, options);
  }

  async delete(targets: readonly Target[]): Promise<DeletionResult> {
    await this.collectKept(targets);
    const guards = targets.filter(({ key }) => isGuard(key));
    const stages = [...new Set(targets.map(({ stage }) => stage))].sort(compareStages).reverse();
    for (const stage of stages) {
      const others = targets.filter((target) => target.stage === stage && !isGuard(target.key));
      if (others.length > 0 && this.refused.length === 0) await this.deleteStage(stage, others);
    }
    if (guards.length > 0 && this.refused.length === 0) await this.deleteGuards(guards);
    for (const [id, claim] of await leftClaims(this.session.cluster, targets)) if (!this.kept.has(id)) this.kept.set(id, claim);
    return { deleted: this.deleted, kept: [...this.kept.values()], refused: this.refused };
  }

  /** Objects that hold data are kept, so what they need is kept as well, also in later stages. */
  private async collectKept(targets: readonly Target[]): Promise<void> {
    const { asked, kept, deleteData } = this.context;
    for (const { key } of targets) asked.add(idOf(key));
    if (deleteData) return;
    const data = await Promise.all(targets.map(async (target) => (hasData(target) ? this.session.cluster.get(target.key) : undefined)));
    for (const object of data) if (object) kept.add(idOf(keyOf(object)));
  }

  private async deleteStage(stage: string, targets: readonly Target[]): Promise<void> {
    this.session.reporter.line({ type: 'stage', stage });
    const left: Target[] = [...targets];
    for (const rank of [Rank.Custom, Rank.Operator, Rank.Other, Rank.Crd, Rank.Namespace]) {
      const batch = left.filter((target) => rankOf(target) === rank);
      // Before the deletion: once the release is gone, only the inventory knows them.
      if (rank <= Rank.Operator) await this.recordRemains(stage, batch);
      await this.deleteBatch(stage, batch);
      if (this.refused.length > 0) return;
      const operator = rank === Rank.Operator && batch.find(({ key }) => this.kept.has(idOf(key)));
      // The operator needs its RBAC objects and its ServiceAccount.
      if (operator)
        return this.keepAll(
          left.filter((target) => rankOf(target) > rank),
          `belongs to ${formatKey(operator.key)}, which is kept`,
        );
      // And again: the release may have been installing.
      if (rank <= Rank.Operator) left.push(...(await this.recordRemains(stage, batch)));
    }
  }

  private async deleteBatch(stage: string, targets: readonly Target[]): Promise<void> {
    const { cluster, signal } = this.session;
    const gone: ObjectKey[] = [];
    const deleting: LiveObject[] = [];
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
          // An earlier destroy may have left its release behind.
          const orphan = manifest && this.options.inventory.has(key) ? await orphanOf(cluster, manifest) : undefined;
          return void (orphan === undefined ? gone.push(key) : this.refused.push({ object: formatKey(key), reason: orphan }));
        }
        const stay = await reasonToKeep(live, this.context);
        if (stay) return this.keep(live, stay);
        if (await this.requestDeletion(stage, live)) deleting.push(live);
      },
      { concurrency: CONCURRENCY, ...(signal && { signal }) },
    );
    const left = await waitUntilDeleted(this.session, deleting, {
      stage,
      context: this.context,
      deadline: this.session.clock.now() + this.options.timeoutMilliseconds,
    });
    for (const object of deleting) {
      const reason = left.get(idOf(keyOf(object))) ?? (await orphanOf(cluster, object));
      if (reason !== undefined) this.refused.push({ object: formatKey(keyOf(object)), reason });
      else {
        gone.push(keyOf(object));
        this.deleted++;
      }
    }
    await this.options.inventory.remove(stage, gone);
  }

  /** Whether the API server has accepted the request. */
  private async requestDeletion(stage: string, live: LiveObject): Promise<boolean> {
    const { cluster, reporter } = this.session;
    const key = keyOf(live);
    if (releaseOf(live)?.suspended) {
      this.refused.push({ object: formatKey(key), reason: `is suspended, so its release would not be uninstalled. ${howToResume(live)}` });
      return false;
    }
    // A namespace of dist is protected by its name, also when its annotation was removed.
    const guarded = isGuarded(live) || isGuarded(this.context.manifestOf(live));
    try {
      if (guarded) await this.markForDeletion(live);
      await releaseGuard(cluster, live);
      await stopInstallJob(this.session, live);
      await cluster.delete(key, { uid: live.metadata.uid, foreground: leavesNamedObjects(live) });
      // k3s may have created the Job again, between the check and the deletion. Afterwards it does not.
      await stopInstallJob(this.session, live);
      reporter.line({ type: 'applied', stage, object: formatKey(key), result: this.options.verb });
      return true;
    } catch (error) {
      // Its operator has deleted it meanwhile, as PGO does with a user's Secret: waiting finds that it is gone.
      if (isCode(error, 404)) return true;
      // It was not deleted, so it must not stay marked.
      if (guarded) await unmark(cluster, live).catch(() => undefined);
      if (!(error instanceof ApiError)) throw error;
      this.refused.push({ object: formatKey(key), reason: error.message });
      return false;
    }
  }

  /** Sets the annotation without which data protection refuses the deletion. Reached with --delete-data only: see reasonToKeep. */
  private async markForDeletion(live: LiveObject): Promise<void> {
    if (live.metadata.annotations?.[DELETE_ANNOTATION] === DELETE_WITH_DATA) return;
    await this.session.cluster.patch(keyOf(live), { metadata: { annotations: { [DELETE_ANNOTATION]: DELETE_WITH_DATA } } });
  }

  /**
   * Adds what Helm does not delete with a release to the inventory: the chart's CRDs, and the volumes that it keeps. Those that existed before the release
   * are not ours.
   */
  private async recordRemains(stage: string, batch: readonly Target[]): Promise<Target[]> {
    const { cluster } = this.session;
    const { inventory, targets } = this.options;
    const makers = await Promise.all(batch.map((target) => this.makerOf(target)));
    const remains = await Promise.all(
      makers.map(async (maker) => {
        if (!maker) return [];
        const [crds, volumes] = await Promise.all([
          Promise.all(crdsMadeBy(maker.manifest).map(({ name }) => cluster.get({ ...CRD_KIND, name }))),
          volumesOf(cluster, maker.live),
        ]);
        return [...crds, ...volumes].flatMap((object) => (object && isCreatedAfter(object, maker.live) ? [object] : []));
      }),
    );
    const added = remains
      .flat()
      .map((object) => ({ stage, inDist: false, key: keyOf(object), manifest: object }))
      .filter(({ key }) => !targets.some((target) => idOf(target.key) === idOf(key)));
    await inventory.add(
      stage,
      added.map(({ key }) => ({ ...key, note: 'left by release' as const })),
    );
    return added;
  }

  /** The object of a target, also when it was deleted by this deletion; undefined if it is kept or is not ours. */
  private async makerOf({ key, manifest }: Target): Promise<{ live: LiveObject; manifest: Manifest } | undefined> {
    if (!manifest || this.kept.has(idOf(key)) || (!releaseOf(manifest) && crdsMadeBy(manifest).length === 0)) return undefined;
    const live = this.makers.get(idOf(key)) ?? (await this.session.cluster.get(key));
    if (!live || notOursReason(live, this.options.dist.environment, this.options.inventory.noteOf(key)) !== undefined) return undefined;
    this.makers.set(idOf(key), live);
    return { live, manifest };
  }

  /** Admission policies are deleted last, and only if nothing that they protect is left. */
  private async deleteGuards(guards: readonly Target[]): Promise<void> {
    const { cluster, reporter } = this.session;
    const { dist, inventory, targets, deleteData } = this.options;
    const data = await Promise.all(targets.map(async (target) => (hasData(target) ? cluster.get(target.key) : undefined)));
    // Adopted objects, and a namespace that existed before, are kept with --delete-data as well, and then they do not need the policies.
    const isGuarded = (object: LiveObject): boolean =>
      deleteData
        ? notOursReason(object, dist.environment, inventory.noteOf(keyOf(object))) === undefined
        : reasonNotOurs(object, dist.environment) === undefined;
    const found = data.flatMap((object) => (object && isGuarded(object) ? [object] : []));
    const [crd] = found.filter(isPostgresOperatorCrd).map((object) => formatKey(keyOf(object)));
    const [first] = [
      ...found.map((object) => formatKey(keyOf(object))),
      ...[...this.kept.values()].flatMap(({ object, notOurs }) => (notOurs ? [] : [object])),
    ];
    const protectedBy = ({ key, inDist }: Target): string | undefined => {
      if (key.name === CRD_GUARD_NAME) return crd;
      // Policies that dist no longer has are not wanted any more: dataProtection is false.
      return inDist ? first : undefined;
    };
    const unneeded = guards.filter((guard) => protectedBy(guard) === undefined);
    for (const stage of new Set(unneeded.map((guard) => guard.stage))) {
      reporter.line({ type: 'stage', stage });
      await this.deleteBatch(
        stage,
        unneeded.filter((guard) => guard.stage === stage),
      );
    }
    for (const guard of guards) {
      const object = protectedBy(guard);
      if (object !== undefined) await this.keepAll([guard], `protects ${object}, which is kept`);
    }
  }

  private async keepAll(targets: readonly Target[], reason: string): Promise<void> {
    for (const { key } of targets) {
      const live = this.kept.has(idOf(key)) ? undefined : await this.session.cluster.get(key);
      if (live) this.keep(live, { reason, intended: true });
    }
  }

  private keep(live: LiveObject, { reason, intended, notOurs }: KeepReason): void {
    const left = { object: formatKey(keyOf(live)), reason, ...(notOurs && { notOurs }) };
    if (!intended) return void this.refused.push(left);
    this.kept.set(idOf(keyOf(live)), left);
    this.context.kept.add(idOf(keyOf(live)));
  }
}

function howToResume({ kind, metadata: { namespace, name } }: LiveObject): string {
  if (kind === 'HelmRelease') return `Resume it: flux resume helmrelease --namespace ${namespace ?? 'default'} ${name}`;
  return 'Remove its annotation helmcharts.helm.cattle.io/unmanaged.';
}

function hasData({ manifest }: Target): boolean {
  return manifest !== undefined && dataOf(manifest) !== undefined;
}
