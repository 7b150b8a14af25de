import pMap from 'p-map';
import { type Manifest, idOf, formatKey, type Kind, keyOf, type ObjectKey } from '../../manifests/manifest';
import type { LiveObject } from '../objects/live-object';
import { ApiError } from '../api/api-error';
import { apply } from './apply';
import { CONCURRENCY } from '../api/concurrency';
import type { Dist, DistStage } from '../dist';
import type { Inventory } from '../inventory';
import { isApplied } from './is-applied';
import { withDefaultNamespace, collectionOf, readLabelled } from '../objects/live';
import { isTerminating, reasonOf } from './refusal';
import { isCrd, isNamespace } from '../../manifests/custom-resource-definition';
import { pollUntil, type Session } from '../session';
import type { Awaited } from '../cli/terminal/reporter';
import { type Expected, type Unready, waitUntilReady } from './wait-until-ready';
import { waitUntilServed } from './wait-until-served';

export interface StageOptions {
  readonly dist: Dist;
  readonly inventory: Inventory;
  /** How long a stage may take. */
  readonly timeoutMilliseconds: number;
  readonly force: boolean;
}

/** A refusal that is none: a webhook or a definition that has just come, an API server that starts. */
const PASSING = [404, 500, 503];
const PASSING_MILLISECONDS = 30_000;

/** So long what was seen on the cluster is taken for what is there: somebody may change it while we wait for a stage. */
const FRESH_MILLISECONDS = 10_000;

/**
 * Applies a stage, and waits until it is ready. Namespaces come first and definitions next, each ready before what is in it or of its kind; the rest
 * at once. Tells what has not become ready.
 */
export class StageApplication {
  /** What was on the cluster when this deployment first saw objects of its kind and namespace. */
  private readonly before = new Map<string, LiveObject>();
  private readonly askedAt = new Map<string, number>();
  /** What cannot be applied yet, by id: many are tried at once, and a reporter is told of all. */
  private readonly awaited = new Map<string, Awaited>();

  constructor(
    private readonly session: Session,
    private readonly options: StageOptions,
  ) {}

  async apply(stage: DistStage): Promise<readonly Unready[]> {
    const { session, options } = this;
    const { reporter } = session;
    reporter.line({ type: 'stage', stage: stage.name });
    const deadline = session.clock.now() + options.timeoutMilliseconds;
    const counted = { unchanged: 0 };
    const first = [stage.objects.filter(isNamespace), stage.objects.filter(isCrd)];
    const rest = stage.objects.filter((object) => !isNamespace(object) && !isCrd(object));
    for (const objects of [...first, rest].filter(({ length }) => length > 0)) {
      const wait = { stage: stage.name, environment: options.dist.environment, manifests: this.manifests, deadline, force: options.force };
      const unserved = await waitUntilServed(session, kindsOf(objects), wait);
      if (unserved.length > 0)
        return unserved.flatMap(({ kind, ...why }) =>
          objects.filter(isOf(kind)).map((object) => ({ object: formatKey(keyOf(object)), ...why })),
        );
      const { expected, refused } = await this.applyAll(stage, objects, deadline, counted);
      if (refused.length > 0) return refused;
      const unready = await waitUntilReady(session, expected, wait);
      if (unready.length > 0) return unready;
      // Otherwise untilServed would learn of them, too, but only at its second look.
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
    await this.look(manifests);
    await options.inventory.add(stage.name, manifests.map(keyOf));
    const refused: Unready[] = [];
    const expected = await pMap(
      manifests,
      async (manifest): Promise<Expected[]> => {
        try {
          const applied = await this.applyOne(stage, manifest, deadline);
          const result = this.resultOf(applied);
          if (result === 'unchanged') counted.unchanged++;
          else session.reporter.line({ type: 'applied', stage: stage.name, object: formatKey(keyOf(manifest)), result });
          return [applied];
        } catch (error) {
          refused.push({ object: formatKey(keyOf(manifest)), state: 'failed', reason: reasonOf(error, manifest) });
          return [];
        }
      },
      { concurrency: CONCURRENCY, ...(session.signal && { signal: session.signal }) },
    );
    return { expected: expected.flat(), refused };
  }

  /** What lies in a kind and namespace is asked for once in a deployment. */
  private async look(manifests: readonly Manifest[]): Promise<void> {
    const keys = manifests.map(keyOf);
    const unknown = keys.filter((key) => !this.askedAt.has(collectionOf(key)));
    for (const key of unknown) this.askedAt.set(collectionOf(key), this.session.clock.now());
    const found = await readLabelled(this.session.cluster, this.options.dist.environment, unknown);
    for (const [id, object] of found) this.before.set(id, object);
  }

  private resultOf({ object, created }: Expected): 'created' | 'changed' | 'unchanged' {
    if (created) return 'created';
    return this.before.get(idOf(keyOf(object)))?.metadata.resourceVersion === object.metadata.resourceVersion ? 'unchanged' : 'changed';
  }

  /** What is being deleted takes along whatever is applied to it or into it: it is waited for. So is what is refused only for the moment. */
  private async applyOne(stage: DistStage, manifest: Manifest, deadline: number): Promise<Expected> {
    const { session, options } = this;
    const since = session.clock.now();
    const key = keyOf(manifest);
    const known = this.before.get(idOf(key));
    if (known && since - (this.askedAt.get(collectionOf(key)) ?? 0) < FRESH_MILLISECONDS && isApplied(known, manifest)) {
      return { manifest, object: known, created: false };
    }
    const waits = (reason: string): void => this.show(key, { stage: stage.name, object: formatKey(key), reason, since });
    let refusal: unknown;
    const applied = await pollUntil(session, deadline, async () => {
      try {
        const answer = await apply(session.cluster, manifest, { force: options.force });
        if (answer.object.metadata.deletionTimestamp === undefined) return { manifest, ...answer };
        refusal = new Error('it is still being deleted');
        waits('is being deleted; it is applied again when it is gone');
      } catch (error) {
        const passing = error instanceof ApiError && PASSING.includes(error.code) && session.clock.now() - since < PASSING_MILLISECONDS;
        if (!passing && !isTerminating(error)) throw error;
        refusal = error;
        waits(reasonOf(error, manifest));
        session.cluster.rediscover();
      }
      return undefined;
    }).finally(() => this.show(key, undefined));
    if (applied === undefined) throw refusal;
    return applied;
  }

  private show(key: ObjectKey, awaited: Awaited | undefined): void {
    const id = idOf(key);
    if (awaited) this.awaited.set(id, awaited);
    else if (!this.awaited.delete(id)) return;
    this.session.reporter.waiting([...this.awaited.values()]);
  }
}

const isOf =
  ({ apiVersion, kind }: Kind) =>
  (object: Manifest): boolean =>
    object.apiVersion === apiVersion && object.kind === kind;

function kindsOf(objects: readonly Manifest[]): Manifest[] {
  return [...new Map(objects.map((object) => [`${object.apiVersion} ${object.kind}`, object])).values()];
}
