import { compareStages } from '../../manifests/stage';
import { type Manifest, groupKindOf, idOf, type Kind, keyOf, type ObjectKey } from '../../manifests/manifest';
import { contractOf } from '../../manifests/contract';
import type { Cluster } from '../api/cluster';
import type { Dist, DistStage } from '../dist';
import type { Inventory } from '../inventory';
import { withDefaultNamespace } from '../objects/live';
import { refuseOtherNamespace } from '../deploy/target-checks';
import { crdsMadeBy, crdsOperatedBy, isCustom, isCrd, isNamespace } from '../../manifests/custom-resource-definition';
import { isVolumeOf } from '../helm/release-objects';

/** An object of an environment, whether it is on the cluster or not. */
export interface Target {
  readonly stage: string;
  readonly key: ObjectKey;
  /** If not, an earlier deploy has applied it, or a release that it has applied has left it. */
  readonly inDist: boolean;
  /** As dist has it, or where dist has it no longer, as it is on the cluster: what its contract says. Nothing when it is in neither. */
  readonly manifest?: Manifest;
}

/** All that an environment has or had on a cluster, in the order of stages: what is in dist, and what the inventory has besides. */
export async function targetsOf(cluster: Cluster, dist: Dist, inventory: Inventory): Promise<Target[]> {
  const targets: Target[] = [];
  refuseOtherNamespace(
    cluster,
    dist.stages.flatMap(({ objects }) => objects),
    inventory,
  );
  for (const { name, objects } of dist.stages) {
    const manifests = await Promise.all(objects.map((object) => withDefaultNamespace(cluster, object)));
    targets.push(...manifests.map((manifest) => ({ stage: name, key: keyOf(manifest), inDist: true, manifest })));
  }
  const known = new Set(targets.map(({ key }) => idOf(key)));
  for (const stage of inventory.stages) {
    const others = inventory.of(stage).filter((key) => !known.has(idOf(key)));
    const found = await Promise.all(others.map((key) => cluster.get(key)));
    others.forEach((key, index) => {
      const manifest = found[index];
      const bringer = manifest && bringerOf(manifest, dist);
      targets.push({ stage: bringer?.name ?? stage, key, inDist: bringer !== undefined, ...(manifest && { manifest }) });
    });
  }
  return targets.sort((one, other) => compareStages(one.stage, other.stage));
}

/** The stage of the release that has left an object behind earlier, if dist has that release again. */
function bringerOf(live: Manifest, { stages }: Dist): DistStage | undefined {
  const brings = (manifest: Manifest): boolean =>
    isVolumeOf(manifest, live) || (isCrd(live) && crdsMadeBy(manifest).some(({ name }) => name === live.metadata.name));
  return stages.find(({ objects }) => objects.some(brings));
}

/** Kinds whose objects take data along, whether they say so or not. With a definition goes every object of its kind. */
const DATA_KINDS = [
  'Namespace',
  'CustomResourceDefinition.apiextensions.k8s.io',
  'PersistentVolumeClaim',
  'PostgresCluster.postgres-operator.crunchydata.com',
];

/** Whose data goes when an object goes; nothing when none does. */
export function dataOf(manifest: Manifest): string | undefined {
  const { holdsData } = contractOf(manifest);
  if (holdsData !== undefined) return holdsData;
  if (!DATA_KINDS.includes(groupKindOf(manifest))) return undefined;
  if (isNamespace(manifest)) return 'all that is in it';
  return isCrd(manifest) ? 'every object of its kind' : 'its volume';
}

/** Policies of admission. They guard the rest, so they are the last to go. */
export function isGuard(kind: Kind): boolean {
  return /^(Validating|Mutating)AdmissionPolicy(Binding)?\.admissionregistration\.k8s\.io$/.test(groupKindOf(kind));
}

/**
 * The order within a stage: what an operator has to take apart; operators, while they still have all their rights; all others; definitions; and what
 * they all are in.
 */
export enum Rank {
  Custom,
  Operator,
  Other,
  Definition,
  Namespace,
}

export function rankOf({ key, manifest }: Target): Rank {
  if (isNamespace(key)) return Rank.Namespace;
  if (isCrd(key)) return Rank.Definition;
  if (manifest && crdsOperatedBy(manifest).length > 0) return Rank.Operator;
  return isCustom(key) ? Rank.Custom : Rank.Other;
}
