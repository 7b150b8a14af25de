import pMap from 'p-map';
import { type Manifest, groupKindOf, idOf, formatKey, type Kind, keyOf, type ObjectKey } from '../../manifests/manifest';
import type { LiveObject } from '../objects/live-object';
import { ApiError } from '../api/api-error';
import { apply, UnknownField } from './apply';
import { type AllowedChanges, withMark } from './data-at-risk';
import { GuardCheck, isDataProtection, releaseGuard } from './guard';
import { CONCURRENCY } from '../api/cluster';
import type { Dist, DistStage } from '../dist';
import type { Entry, Inventory, Note } from '../inventory';
import { type Decision, isForced, type OwnershipCheck } from './ownership-check';
import type { PreflightResult } from './preflight';
import { isApplied } from './is-applied';
import { withDefaultNamespace, collectionOf, readByName, readLabelled } from '../objects/live';
import { isTerminating, NotOurs, reasonOf } from './refusal';
import { crdOf, isCrd, isNamespace } from '../../manifests/custom-resource-definition';
import { pollUntil, type Session } from '../session';
import type { Awaited } from '../cli/terminal/reporter';
import { type Expected, type Unready, waitUntilReady } from './wait-until-ready';
import { waitUntilServed } from './wait-until-served';

export interface StageOptions {
  readonly dist: Dist;
  readonly inventory: Inventory;
  readonly ownership: OwnershipCheck;
  readonly before: Omit<PreflightResult, 'inventory'>;
  /** Timeout per stage. */
  readonly timeoutMilliseconds: number;
  readonly force: boolean;
  /** Changes that lose data and are allowed, by the id of the object. */
  readonly allowed?: AllowedChanges;
}

interface Decided {
  readonly manifest: Manifest;
  readonly live: LiveObject | undefined;
  readonly decision: Decision;
}

/** Errors that may pass by themselves: a webhook or CRD that was just created, an API server that starts. */
const TRANSIENT_CODES = [404, 500, 503];
const TRANSIENT_MILLISECONDS = 30_000;

/** How long a list is used instead of a new request: others may change objects while we wait for a stage. */
const CACHE_MILLISECONDS = 10_000;

/**
 * Applies a stage and waits until it is ready. The policies that protect data are applied first, then Namespaces and CRDs, each ready before the objects
 * in it or of its kind; the rest at once. Returns the objects that have not become ready.
 */
export class StageApplication {
  /** Live objects by id, from this deployment's first list of their kind and namespace. */
  private readonly liveBefore: Map<string, LiveObject>;
  private readonly readAt = new Map<string, number>();
  /** Objects that cannot be applied yet, by id: they are applied concurrently, and the reporter shows all of them. */
  private readonly pending = new Map<string, Awaited>();

  /** The kinds whose CRDs this deployment has changed: the API server refuses new fields until it has read the CRD. */
  private readonly changedKinds = new Set<string>();

  private readonly guard: GuardCheck;
  /** The Events that were reported. */
  private readonly reported = new Set<string>();

  constructor(
    private readonly session: Session,
    private readonly options: StageOptions,
  ) {
    this.guard = new GuardCheck(session, this.manifests);
    this.liveBefore = new Map(options.before.live);
  }

  async apply(stage: DistStage): Promise<readonly Unready[]> {
    const { session, options } = this;
    const { reporter } = session;
    reporter.line({ type: 'stage', stage: stage.name });
    const deadline = session.clock.now() + options.timeoutMilliseconds;
    const counted = { unchanged: 0 };
    const first = [isDataProtection, isNamespace, isCrd];
    const rest = stage.objects.filter((object) => !first.some((isFirst) => isFirst(object)));
    const batches = [...first.map((isFirst) => stage.objects.filter(isFirst)), rest];
    for (const objects of batches.filter(({ length }) => length > 0)) {
      const wait = {
        ownership: options.ownership,
        stage: stage.name,
        environment: options.dist.environment,
        manifests: this.manifests,
        deadline,
        force: options.force,
        reported: this.reported,
      };
      const unserved = await waitUntilServed(session, kindsOf(objects), wait);
      if (unserved.length > 0)
        return unserved.flatMap(({ kind, ...why }) =>
          objects.filter(isOf(kind)).map((object) => ({ object: formatKey(keyOf(object)), ...why })),
        );
      const { expected, refused } = await this.applyAll(stage, objects, deadline, counted);
      if (refused.length > 0) return refused;
      const unready = await waitUntilReady(session, expected, wait);
      if (unready.length > 0) return unready;
      const unprotected = await this.guard.verify(stage.name, expected);
      if (unprotected.length > 0) return unprotected;
      // Otherwise waitUntilServed would find them only at its second poll.
      if (objects.some(isCrd) && expected.some(({ created }) => created)) session.cluster.rediscover();
    }
    if (counted.unchanged > 0) reporter.line({ type: 'note', stage: stage.name, message: `${counted.unchanged} unchanged` });
    return [];
  }

  private get manifests(): readonly Manifest[] {
    return this.options.dist.stages.flatMap(({ objects }) => objects);
  }

  private async applyAll(
    stage: DistStage,
    objects: readonly Manifest[],
    deadline: number,
    counted: { unchanged: number },
  ): Promise<{ expected: Expected[]; refused: Unready[] }> {
    const { session, options } = this;
    const manifests = await Promise.all(objects.map((object) => withDefaultNamespace(session.cluster, object)));
    await this.readCollections(manifests);
    const decided = await pMap(manifests, (manifest) => this.decide(manifest), { concurrency: CONCURRENCY });
    await this.record(stage, decided);
    const refused: Unready[] = [];
    const notes = new Map<string, Note | undefined>();
    const expected = await pMap(
      decided,
      async ({ manifest, live, decision }): Promise<Expected[]> => {
        const key = keyOf(manifest);
        try {
          if (decision.action === 'refuse') throw new NotOurs(decision.reason);
          if (decision.action === 'use' && live && live.metadata.deletionTimestamp === undefined) {
            const message = 'exists and is used without changing it';
            session.reporter.line({ type: 'note', stage: stage.name, object: formatKey(key), message });
            return [{ manifest, object: live, created: false }];
          }
          const applied = await this.applyOne(stage, manifest, { deadline, force: options.force || isForced(decision) });
          // A namespace that others have created meanwhile is not ours; an adopted object that we have created again is.
          if (isNamespace(manifest) && (applied.created || !live)) notes.set(idOf(key), applied.created ? 'created' : undefined);
          else if (applied.created && options.inventory.noteOf(key) === 'adopted') notes.set(idOf(key), undefined);
          const result = this.resultOf(applied);
          if (result === 'unchanged') counted.unchanged++;
          else this.report(stage, applied, result);
          return [applied];
        } catch (error) {
          refused.push({ object: formatKey(keyOf(manifest)), state: 'failed', reason: reasonOf(error, manifest) });
          return [];
        }
      },
      { concurrency: CONCURRENCY, ...(session.signal && { signal: session.signal }) },
    );
    await options.inventory.setNotes(stage.name, notes);
    return { expected: expected.flat(), refused };
  }

  /** The API server warns at every apply. An apply that changes nothing is not reported, and neither are its warnings. */
  private report({ name: stage }: DistStage, { manifest, warnings = [] }: Expected, result: string): void {
    const { reporter } = this.session;
    const object = formatKey(keyOf(manifest));
    for (const kind of crdOf(manifest)?.kinds ?? []) this.changedKinds.add(groupKindOf(kind));
    reporter.line({ type: 'applied', stage, object, result });
    for (const message of warnings) reporter.line({ type: 'warning', stage, object, message });
  }

  private async decide(manifest: Manifest): Promise<Decided> {
    const { options } = this;
    const key = keyOf(manifest);
    const live = this.liveBefore.get(idOf(key));
    return { manifest, live, decision: await options.ownership.decide(manifest, live) };
  }

  /** Adds objects to the inventory before they are applied, and removes those that are not ours. */
  private async record(stage: DistStage, decided: readonly Decided[]): Promise<void> {
    const { inventory } = this.options;
    const applied = decided.filter(({ decision }) => decision.action === 'apply' || isForced(decision));
    const entries = applied.map(({ manifest, live, decision }): Entry => {
      const note = decision.action === 'adopt' ? 'adopted' : !live && isNamespace(manifest) ? 'created' : undefined;
      return { ...keyOf(manifest), ...(note !== undefined && { note }) };
    });
    await inventory.add(stage.name, entries);
    const others = decided.filter((each) => !applied.includes(each)).map(({ manifest }) => keyOf(manifest));
    for (const known of inventory.stages) await inventory.remove(known, others);
  }

  /** Lists each kind and namespace once per deployment, and reads by name what is not in these lists. */
  private async readCollections(manifests: readonly Manifest[]): Promise<void> {
    const keys = manifests.map(keyOf);
    const unknown = keys.filter((key) => !this.readAt.has(collectionOf(key)) && !this.isInPreflight(key));
    for (const key of keys)
      if (!this.readAt.has(collectionOf(key)))
        this.readAt.set(collectionOf(key), this.isInPreflight(key) ? this.options.before.readAt : this.session.clock.now());
    const found = await readLabelled(this.session.cluster, this.options.dist.environment, unknown);
    for (const [id, object] of found) this.liveBefore.set(id, object);
    const others = keys.filter((key) => !this.liveBefore.has(idOf(key)) && !this.isInPreflight(key));
    for (const object of await readByName(this.session.cluster, others)) this.liveBefore.set(idOf(keyOf(object)), object);
  }

  /** Whether preflight has just read an object, also when it was not found. */
  private isInPreflight(key: ObjectKey): boolean {
    const { readAt, collections } = this.options.before;
    return this.session.clock.now() - readAt < CACHE_MILLISECONDS && collections.has(collectionOf(key));
  }

  private resultOf({ object, created }: Expected): 'created' | 'configured' | 'unchanged' {
    if (created) return 'created';
    return this.liveBefore.get(idOf(keyOf(object)))?.metadata.resourceVersion === object.metadata.resourceVersion
      ? 'unchanged'
      : 'configured';
  }

  /** Retries while the object or its namespace is being deleted: an apply to it would be lost. Retries transient errors as well. */
  private async applyOne(
    stage: DistStage,
    manifest: Manifest,
    { deadline, force }: { readonly deadline: number; readonly force: boolean },
  ): Promise<Expected> {
    const { session } = this;
    const since = session.clock.now();
    const key = keyOf(manifest);
    const known = this.liveBefore.get(idOf(key));
    if (known && since - (this.readAt.get(collectionOf(key)) ?? 0) < CACHE_MILLISECONDS && isApplied(known, manifest)) {
      return { manifest, object: known, created: false };
    }
    const showWaiting = (reason: string): void => this.show(key, { stage: stage.name, object: formatKey(key), reason, since });
    let refusal: unknown;
    const applied = await pollUntil(session, deadline, async () => {
      try {
        const answer = await withMark(session.cluster, key, this.options.allowed?.get(idOf(key)), () =>
          apply(session.cluster, manifest, { force }),
        );
        if (answer.object.metadata.deletionTimestamp === undefined) return { manifest, ...answer };
        // Deleted by `kubectl delete -f dist`, and in force until now: it is replaced at once.
        await releaseGuard(session.cluster, answer.object);
        refusal = new Error('is still being deleted');
        showWaiting('is being deleted; will be applied after that');
      } catch (error) {
        const transient = this.mayPass(error, manifest) && session.clock.now() - since < TRANSIENT_MILLISECONDS;
        if (!transient && !isTerminating(error)) throw error;
        refusal = error;
        showWaiting(reasonOf(error, manifest));
        session.cluster.rediscover();
      }
      return undefined;
    }).finally(() => this.show(key, undefined));
    if (applied === undefined) throw refusal;
    return applied;
  }

  private mayPass(error: unknown, manifest: Manifest): boolean {
    if (error instanceof UnknownField) return this.changedKinds.has(groupKindOf(manifest));
    return error instanceof ApiError && TRANSIENT_CODES.includes(error.code);
  }

  private show(key: ObjectKey, awaited: Awaited | undefined): void {
    const id = idOf(key);
    if (awaited) this.pending.set(id, awaited);
    else if (!this.pending.delete(id)) return;
    this.session.reporter.waiting([...this.pending.values()]);
  }
}

const isOf =
  ({ apiVersion, kind }: Kind) =>
  (object: Manifest): boolean =>
    object.apiVersion === apiVersion && object.kind === kind;

function kindsOf(objects: readonly Manifest[]): Manifest[] {
  return [...new Map(objects.map((object) => [`${object.apiVersion} ${object.kind}`, object])).values()];
}
