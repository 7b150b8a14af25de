import { isGuard, Rank, rankOf } from '../../../cluster/delete/target';
import type { Dist } from '../../../cluster/dist';
import { idOf, formatKey, keyOf, type Manifest } from '../../../manifests/manifest';
import { contractOf } from '../../../manifests/contract';
import { isCrdReference, volumeOf } from './helm';
import { holdsData, objectsOperatedBy, offersOf, operatedBy, readsOf } from './invariants';
import type { ModelServer } from './model-server';

/** Whether objects of a release stay after it is uninstalled: its CRDs, and a volume that Helm keeps. */
const leavesData = (object: Manifest): boolean =>
  object.kind === 'HelmChart' && (volumeOf(object).length > 0 || (contractOf(object).makes ?? []).some(isCrdReference));

/**
 * What destroy must keep without --delete-data: objects that hold data, and what these need. Objects of one stage have no order: an object that only
 * a kept object of its own stage reads may be kept or not. It is included if `withReaders`.
 */
export function keptWithoutDeletingData(server: ModelServer, dist: Dist, withReaders: boolean): string[] {
  const all = dist.stages.flatMap(({ name, objects }) => objects.map((manifest) => ({ stage: name, key: keyOf(manifest), manifest })));
  type Each = (typeof all)[number];
  const kept = new Set(all.filter(({ manifest }) => holdsData(manifest)));
  const isKept = (object: Manifest): boolean => [...kept].some(({ key }) => idOf(key) === idOf(keyOf(object)));
  const makers = ({ key }: Each): Each[] =>
    all.filter(({ manifest }) => contractOf(manifest).makes?.some((made) => formatKey(made) === formatKey(key)));
  // Its ServiceAccount and RBAC objects: the contract does not name them, so all others of the stage count.
  const belongsToOperator = (each: Each): boolean =>
    rankOf({ ...each, inDist: true }) === Rank.Other &&
    [...kept].some(({ stage, manifest }) => stage === each.stage && operatedBy(manifest).length > 0);
  const isRead = ({ stage, manifest }: Each): boolean =>
    [...kept].some(
      (other) => (withReaders || other.stage > stage || holdsData(other.manifest)) && readsOf(other.manifest, offersOf(manifest)),
    );
  const isNeeded = (each: Each): boolean => {
    if (isGuard(each.key)) return kept.size > 0 || all.some(({ manifest }) => leavesData(manifest));
    if (objectsOperatedBy(each.manifest, server).some(isKept) || isRead(each)) return true;
    return makers(each).length > 0 ? makers(each).some((maker) => kept.has(maker)) : belongsToOperator(each);
  };
  for (let before = -1; before < kept.size;) {
    before = kept.size;
    all.filter(isNeeded).forEach((each) => kept.add(each));
  }
  return [...kept].map(({ key }) => formatKey(key)).sort();
}
