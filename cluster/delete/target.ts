import { compareStages } from '../../manifests/stage';
import { type Manifest, groupKindOf, idOf, formatKey, type Kind, keyOf, type ObjectKey } from '../../manifests/manifest';
import { contractOf } from '../../manifests/contract';
import type { Cluster } from '../api/cluster';
import type { Dist, DistStage } from '../dist';
import type { Inventory } from '../inventory';
import { withDefaultNamespace } from '../objects/live';
import { CommandProblem } from '../problem';
import { crdsMadeBy, crdsOperatedBy, isCustom, isCrd, isNamespace } from '../../manifests/custom-resource-definition';
import { isVolumeOf } from '../helm/release-objects';

/** An object of an environment, whether it is on the cluster or not. */
export interface Target {
  readonly stage: string;
  readonly key: ObjectKey;
  /** If not, an earlier deploy has applied it, or a release that was uninstalled has left it. */
  readonly inDist: boolean;
  /** The manifest in dist, otherwise the live object; undefined when there is neither. */
  readonly manifest?: Manifest;
}

/** An object that was not deleted, and why. */
export interface NotDeleted {
  readonly object: string;
  readonly reason: string;
  readonly notOurs?: true;
}

/** All objects that an environment has or had on a cluster, in the order of stages: those of dist, and the others of the inventory. */
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
    // An object that has moved is in two stages until the next prune.
    const others = inventory.of(stage).filter((key) => !known.has(idOf(key)));
    for (const key of others) known.add(idOf(key));
    const found = await Promise.all(others.map((key) => cluster.get(key)));
    others.forEach((key, index) => {
      const manifest = found[index];
      const maker = manifest && stageOfMaker(manifest, dist);
      targets.push({ stage: maker?.name ?? stage, key, inDist: maker !== undefined, ...(manifest && { manifest }) });
    });
  }
  return targets.sort((one, other) => compareStages(one.stage, other.stage));
}

/**
 * Refuses when the context's default namespace has changed since the last deploy: an object without a namespace would be created a second time, and the
 * first one would be pruned.
 */
export function refuseOtherNamespace(cluster: Cluster, objects: readonly Manifest[], inventory: Inventory): void {
  // Another object in dist may have the same name and a namespace.
  const inDist = new Set(objects.map((other) => idOf(keyOf(other))));
  for (const object of objects.filter(({ metadata }) => metadata.namespace === undefined)) {
    const key = keyOf(object);
    const known = inventory.namespacesOf(key).find((namespace) => !inDist.has(idOf({ ...key, namespace })));
    if (known === undefined || inventory.has({ ...key, namespace: cluster.namespace })) continue;
    throw new CommandProblem(
      `${formatKey(key)} has no metadata.namespace, so the namespace of the context applies: "${cluster.namespace}". But it was deployed to "${known}".\n` +
        `Change the context: kubectl config set-context --current --namespace=${known}`,
    );
  }
}

/** The stage of the release that has left an object behind, if dist has that release again. */
function stageOfMaker(live: Manifest, { stages }: Dist): DistStage | undefined {
  const makes = (manifest: Manifest): boolean =>
    isVolumeOf(manifest, live) || (isCrd(live) && crdsMadeBy(manifest).some(({ name }) => name === live.metadata.name));
  return stages.find(({ objects }) => objects.some(makes));
}

/** Kinds whose objects hold data without an annotation. Deleting a CRD deletes every object of its kind. */
const DATA_KINDS = [
  'Namespace',
  'CustomResourceDefinition.apiextensions.k8s.io',
  'PersistentVolumeClaim',
  'PostgresCluster.postgres-operator.crunchydata.com',
];

/** Which data is deleted with an object; undefined when it holds none. */
export function dataOf(manifest: Manifest): string | undefined {
  const { holdsData } = contractOf(manifest);
  if (holdsData !== undefined) return holdsData;
  if (!DATA_KINDS.includes(groupKindOf(manifest))) return undefined;
  if (isNamespace(manifest)) return 'all that is in it';
  return isCrd(manifest) ? 'every object of its kind' : 'its volume';
}

/**
 * Whether an object with the same name would be given what this one owns, until the garbage collector has deleted it: PGO finds the Jobs of a PGUpgrade
 * by their names, and a failed one fails the next upgrade. https://github.com/CrunchyData/postgres-operator/blob/v5.8.9/internal/controller/pgupgrade/world.go
 */
export function leavesNamedObjects(kind: Kind): boolean {
  return groupKindOf(kind) === 'PGUpgrade.postgres-operator.crunchydata.com';
}

/** Admission policies and bindings: they protect the rest, so they are deleted last. */
export function isGuard(kind: Kind): boolean {
  return /^(Validating|Mutating)AdmissionPolicy(Binding)?\.admissionregistration\.k8s\.io$/.test(groupKindOf(kind));
}

/**
 * The order of deletion within a stage: custom resources, which operators finalize; operators, while they still have their RBAC; others; CRDs; namespaces.
 */
export enum Rank {
  Custom,
  Operator,
  Other,
  Crd,
  Namespace,
}

export function rankOf({ key, manifest }: Target): Rank {
  if (isNamespace(key)) return Rank.Namespace;
  if (isCrd(key)) return Rank.Crd;
  if (manifest && crdsOperatedBy(manifest).length > 0) return Rank.Operator;
  return isCustom(key) ? Rank.Custom : Rank.Other;
}
