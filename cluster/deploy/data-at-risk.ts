import { ALLOW_ANNOTATION } from '../../manifests/contract';
import { isNamespace } from '../../manifests/custom-resource-definition';
import { allowedChanges, type DataLoss, dataLossOf } from '../../manifests/data-protection/data-loss';
import { isGuarded } from '../../manifests/data-protection/guarded';
import { updateRulesFor } from '../../manifests/data-protection/update-rules';
import { idOf, keyOf, type Manifest, type ObjectKey } from '../../manifests/manifest';
import { ApiError } from '../api/api-error';
import type { Cluster } from '../api/cluster';
import type { DistStage } from '../dist';
import { withDefaultNamespace } from '../objects/live';
import type { LiveObject } from '../objects/live-object';
import { CommandProblem } from '../problem';
import { apply } from './apply';
import { isGuardRefusal } from './guard';
import { isApplied } from './is-applied';
import { isDeclaredLater } from './is-declared-later';

/** The changes that a person allows for the objects of a deployment, by the id of the object. */
export type AllowedChanges = ReadonlyMap<string, readonly string[]>;

/**
 * Finds the updates that would lose data before anything is applied, whether the cluster has the policy of data protection or not.
 *
 * @param allow the changes that a person allows: `remove-repository=repo1`
 * @returns which of them each object needs; throws if there are others
 */
export async function refuseDataLoss(cluster: Cluster, stages: readonly DistStage[], allow: readonly string[]): Promise<AllowedChanges> {
  const needed = new Map<string, readonly string[]>();
  const refused: DataLoss[] = [];
  const candidates = stages.flatMap(({ objects }) => objects).filter(canLoseData);
  for (const candidate of candidates) {
    const manifest = await withDefaultNamespace(cluster, candidate);
    const losses = await lossesOf(cluster, manifest, stages);
    refused.push(...losses.filter(({ change }) => !allow.includes(change)));
    if (losses.length > 0)
      needed.set(
        idOf(keyOf(manifest)),
        losses.map(({ change }) => change),
      );
  }
  if (refused.length === 0) return needed;
  const lines = refused.flatMap((loss) => [`  ${loss.object}`, `    ${describeLoss(loss)}`]);
  throw new CommandProblem(`Nothing was applied, because data would be lost:\n${lines.join('\n')}`, 1);
}

/**
 * Whether an update to this manifest can lose data. Of most guarded kinds only the removal of the annotation does, and here it is. A Namespace may have
 * held data that is no longer in dist.
 */
function canLoseData(manifest: Manifest): boolean {
  return isNamespace(manifest) || (isGuarded(manifest) && updateRulesFor(manifest).some(({ kind }) => kind !== undefined));
}

/** A loss as a sentence, and what to do. */
export function describeLoss({ change, lost, instead }: DataLoss): string {
  return `${change}: ${lost}. ${instead}. To lose it nevertheless: npm run deploy -- --allow ${change}`;
}

async function lossesOf(cluster: Cluster, manifest: Manifest, stages: readonly DistStage[]): Promise<DataLoss[]> {
  const live = await cluster.get(keyOf(manifest));
  if (!live || !isGuarded(live) || isApplied(live, manifest)) return [];
  try {
    return dataLossOf(live, (await apply(cluster, manifest, { dryRun: true, force: true })).object);
  } catch (error) {
    // What the API server does not say, the manifest does.
    if (isGuardRefusal(error) || isDeclaredLater(error, stages, manifest) || isFailure(error)) return dataLossOf(live, manifest);
    // What else is wrong with it, the apply reports.
    if (error instanceof ApiError) return [];
    throw error;
  }
}

/** A webhook that fails now may not fail when the object is applied. */
function isFailure(error: unknown): boolean {
  return error instanceof ApiError && error.code >= 500;
}

/** Applies an object with the mark that allows changes of it, and removes the mark also when the apply fails. */
export async function withMark<Result>(
  cluster: Cluster,
  key: ObjectKey,
  changes: readonly string[] | undefined,
  act: () => Promise<Result>,
): Promise<Result> {
  if (!changes?.length) return act();
  const live = await cluster.get(key);
  if (!live) return act();
  const mark = [...new Set([...allowedChanges(live), ...changes])].join(',');
  await cluster.patch(key, { metadata: { annotations: { [ALLOW_ANNOTATION]: mark } } });
  try {
    return await act();
  } finally {
    await removeMark(cluster, key);
  }
}

async function removeMark(cluster: Cluster, key: ObjectKey): Promise<LiveObject | undefined> {
  const live = await cluster.get(key);
  return live && cluster.patch(key, { metadata: { annotations: { [ALLOW_ANNOTATION]: null } } });
}
