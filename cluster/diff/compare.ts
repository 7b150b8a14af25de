import pMap from 'p-map';
import { isMap, valueAt } from '../../manifests/fields';
import { type Manifest, groupKindOf, idOf, formatKey, keyOf } from '../../manifests/manifest';
import type { LiveObject } from '../objects/live-object';
import { ApiError } from '../api/api-error';
import { apply, isFromDist } from '../deploy/apply';
import { isApplied } from '../deploy/is-applied';
import { isDeclaredLater } from '../deploy/is-declared-later';
import { CONCURRENCY, FIELD_MANAGER } from '../api/cluster';
import type { Reporter } from '../cli/terminal/reporter';
import { dryRunSession } from '../delete/dry-run-cluster';
import { targetsOf } from '../delete/target';
import { isCrd } from '../../manifests/custom-resource-definition';
import { crdLosses } from '../deploy/crd-losses';
import { withoutAbandoned } from './abandoned';
import { type Difference, differenceOf } from './difference';
import { type Dist, type DistStage, selectStages } from '../dist';
import { prune, pruneCandidates, stillOnCluster } from '../deploy/prune';
import { dataLossOf } from '../../manifests/data-protection/data-loss';
import { describeLoss } from '../deploy/data-at-risk';
import { isGuardRefusal } from '../deploy/guard';
import { Inventory } from '../inventory';
import { withDefaultNamespace, readLive } from '../objects/live';
import { CLIENT_SIDE_APPLY } from '../objects/managed-fields';
import { isForced, OwnershipCheck } from '../deploy/ownership-check';
import { refuseOtherEnvironment } from '../deploy/preflight';
import { reasonOf } from '../deploy/refusal';
import { resizeFailure } from '../readiness/postgres-cluster';
import type { Session } from '../session';

/** What a deployment would do to an object. */
export interface Comparison {
  readonly stage: string;
  readonly object: string;
  readonly difference: Difference;
  /** Why the API server would refuse it, and what to do about that. */
  readonly refusal?: string;
  /** Why it stays where it is, though dist has it no longer. */
  readonly leftOver?: string;
  /** Why a change that was applied earlier has no effect, with the remedy: there is no difference to show. */
  readonly notInEffect?: string;
  /** What the API server warns of when the difference is applied. */
  readonly warnings?: readonly string[];
  /** What a CRD loses, and no object uses. */
  readonly notes?: readonly string[];
}

/** The options of the deploy that is compared. */
export interface CompareOptions {
  /** As a person calls them; all of them, and those that dist has no longer, when none is named. */
  readonly stages: readonly string[];
  readonly force: boolean;
  readonly deleteData: boolean;
  /** Changes that lose data and are allowed. */
  readonly allow?: readonly string[];
  readonly deleteNamespaceContents?: boolean;
  /** Existing objects that deploy would adopt. */
  readonly adopt?: readonly string[];
}

const POSTGRES_CLUSTER = 'PostgresCluster.postgres-operator.crunchydata.com';

const UNCHANGED: Difference = { kind: 'none', text: '' };

/** What a deployment would do, as the API server itself says: it is asked to apply all of it, and to store nothing. */
export async function compare(session: Session, dist: Dist, options: CompareOptions): Promise<Comparison[]> {
  const { cluster } = session;
  const { stages: named, force, allow = [] } = options;
  const selected = selectStages(dist.stages, named);
  const inventory = await Inventory.read(cluster, dist.environment, session.installation);
  await refuseOtherEnvironment(cluster, dist, selected, inventory);
  const ownership = new OwnershipCheck(cluster, dist, inventory, { adopt: options.adopt ?? [] }, session.context);
  const comparisons: Comparison[] = [];
  for (const stage of selected) {
    const manifests = await Promise.all(stage.objects.map((object) => withDefaultNamespace(cluster, object)));
    const live = await readLive(cluster, dist.environment, manifests.map(keyOf));
    const compared = await pMap(
      manifests,
      async (manifest) =>
        compareOne({ session, stage, all: dist.stages, selected, force, allow, ownership }, manifest, live.get(idOf(keyOf(manifest)))),
      { concurrency: CONCURRENCY, ...(session.signal && { signal: session.signal }) },
    );
    comparisons.push(...compared);
  }
  const targets = await targetsOf(cluster, dist, inventory);
  const candidates = stillOnCluster(pruneCandidates(dist, targets, named), dist.environment, inventory);
  const kept = candidates.length === 0 ? new Map<string, string>() : await keptByPrune(session, dist, options);
  for (const { stage, key, manifest } of candidates) {
    const comparison = { stage, object: formatKey(key) };
    const leftOver = kept.get(comparison.object);
    if (leftOver === undefined) comparisons.push({ ...comparison, difference: differenceOf(manifest, undefined, dist.folder) });
    else comparisons.push({ ...comparison, difference: UNCHANGED, leftOver });
  }
  return comparisons;
}

/** What a deployment would not prune, and why: by a dry run of the same rules. */
async function keptByPrune(
  session: Session,
  dist: Dist,
  { stages, deleteData, deleteNamespaceContents = false }: CompareOptions,
): Promise<ReadonlyMap<string, string>> {
  const dryRun = dryRunSession({ ...session, reporter: SILENT });
  const inventory = await Inventory.read(dryRun.cluster, dist.environment);
  const { kept, refused } = await prune(dryRun, dist, { inventory, stages, deleteData, deleteNamespaceContents, timeoutMilliseconds: 0 });
  return new Map([...kept, ...refused].map(({ object, reason }) => [object, reason]));
}

const SILENT: Reporter = { line: () => undefined, waiting: () => undefined, end: () => undefined };

interface StageComparison {
  readonly session: Session;
  readonly stage: DistStage;
  /** Of the environment. */
  readonly all: readonly DistStage[];
  /** Those that are deployed. */
  readonly selected: readonly DistStage[];
  readonly force: boolean;
  readonly allow: readonly string[];
  readonly ownership: OwnershipCheck;
}

async function compareOne(compared: StageComparison, manifest: Manifest, live: LiveObject | undefined): Promise<Comparison> {
  const comparison = await compareObject(compared, manifest, live);
  if (!live || !isCrd(manifest) || comparison.difference.kind === 'none') return comparison;
  const { refused, notes } = await crdLosses(compared.session.cluster, manifest, live, compared.all);
  const refusals = [...(comparison.refusal === undefined ? [] : [comparison.refusal]), ...refused];
  return { ...comparison, ...(refusals.length > 0 && { refusal: refusals.join(' ') }), ...(notes.length > 0 && { notes }) };
}

async function compareObject(
  { session: { cluster }, stage, selected, force, allow, ownership }: StageComparison,
  manifest: Manifest,
  live: LiveObject | undefined,
): Promise<Comparison> {
  const notInEffect = live && groupKindOf(live) === POSTGRES_CLUSTER ? resizeFailure(live) : undefined;
  const comparison = { stage: stage.name, object: formatKey(keyOf(manifest)), ...(notInEffect !== undefined && { notInEffect }) };
  // What is not there yet may be of a kind, or in a namespace, that only comes with the deployment.
  const created = (): Comparison => ({ ...comparison, difference: differenceOf(undefined, manifest, stage.file) });
  if ((await cluster.resource(manifest)) === undefined) return created();
  const decision = await ownership.decide(manifest, live);
  if (live && decision.action === 'use') return { ...comparison, difference: UNCHANGED };
  if (live && decision.action === 'refuse')
    return { ...comparison, difference: differenceOf(live, overlaid(live, manifest), stage.file), refusal: decision.reason };
  if (live && !isForced(decision) && isApplied(live, manifest)) return { ...comparison, difference: UNCHANGED };
  try {
    const { object, warnings = [] } = await apply(cluster, manifest, { dryRun: true, force: force || isForced(decision) });
    // Of what is new, only dist is shown: the API server would make up an address for each Service.
    if (!live) return { ...created(), ...warned(warnings) };
    const next = isFromDist(live, manifest) ? withoutAbandoned(object, live, { from: CLIENT_SIDE_APPLY, to: FIELD_MANAGER }) : object;
    const difference = differenceOf(live, next, stage.file);
    return { ...comparison, difference, ...lossRefusal(live, object, allow), ...(difference.kind !== 'none' && warned(warnings)) };
  } catch (error) {
    if (!live && error instanceof ApiError && error.code === 404) return created();
    if (!(error instanceof Error)) throw error;
    const difference = live ? differenceOf(live, overlaid(live, manifest), stage.file) : created().difference;
    const shown = { ...comparison, difference: difference.kind === 'none' ? UNCHANGED : difference };
    if (isGuardRefusal(error) || isDeclaredLater(error, selected, manifest))
      return { ...shown, ...(live && lossRefusal(live, manifest, allow)) };
    return { ...shown, refusal: reasonOf(error, manifest) };
  }
}

function warned(warnings: readonly string[]): Pick<Comparison, 'warnings'> {
  return warnings.length === 0 ? {} : { warnings };
}

/** Why a deployment refuses an update: it would lose data, and nothing has allowed that. */
function lossRefusal(live: LiveObject, next: Manifest, allow: readonly string[]): Pick<Comparison, 'refusal'> {
  const losses = dataLossOf(live, next).filter(({ change }) => !allow.includes(change));
  return losses.length === 0 ? {} : { refusal: `would lose data: ${losses.map(describeLoss).join(' ')}` };
}

/**
 * The object after a deployment, where the API server refuses to say: the fields of dist over the live ones. Items of lists are matched by their
 * name, or else by their position, so that defaults of the API server in them are not shown as removed.
 */
function overlaid<Value>(below: Value, above: unknown): Value {
  if (Array.isArray(below) && Array.isArray(above)) {
    const items = below as readonly unknown[];
    return above.map((item: unknown, index) => {
      const name = valueAt(item, 'name');
      return overlaid(name === undefined ? items[index] : items.find((each) => valueAt(each, 'name') === name), item);
    }) as Value;
  }
  if (!isMap(below) || !isMap(above)) return above as Value;
  return Object.fromEntries(
    Object.entries({ ...below, ...above }).map(([name, value]) => [
      name,
      name in above && name in below ? overlaid(below[name], above[name]) : value,
    ]),
  ) as Value;
}
