import { listOf, valueAt } from '../../manifests/fields';
import { isNamespace } from '../../manifests/custom-resource-definition';
import { releaseOf } from '../../manifests/helm-release';
import { formatKey, groupKindOf, keyOf, type Manifest, type ObjectKey } from '../../manifests/manifest';
import type { Cluster } from '../api/cluster';
import { releasedObjects } from '../helm/release-objects';
import { conditionOf, type LiveObject, operatorFinalizersOf } from '../objects/live-object';

/** Why a namespace is not deleted yet, the most specific condition first. */
const NAMESPACE_CONDITIONS = [
  'NamespaceDeletionDiscoveryFailure',
  'NamespaceDeletionContentFailure',
  'NamespaceFinalizersRemaining',
  'NamespaceContentRemaining',
];

/**
 * What the deletion of an object waits for, and what to do if it does not continue by itself.
 * @param operators the objects of the environment whose controllers remove the finalizers of the object
 */
export async function deletionReason(cluster: Cluster, object: LiveObject, operators: readonly Manifest[]): Promise<string> {
  if (isNamespace(object)) {
    const [condition] = NAMESPACE_CONDITIONS.map((type) => conditionOf(object, type)).filter((each) => each?.status === 'True');
    if (condition?.message) return `${condition.message}${apiServiceRemedy(condition.message)}`;
  }
  const finalizers = operatorFinalizersOf(object);
  if (finalizers.length === 0)
    return object.metadata.finalizers?.length ? 'waits for the garbage collector, which deletes what it owns' : 'is being deleted';
  const waits = `waits for ${finalizers.length === 1 ? 'its finalizer' : 'its finalizers'} ${finalizers.join(', ')}`;
  const down = await unavailable(cluster, operators);
  if (down === undefined) return waits;
  return `${waits}, and ${down}`;
}

/** Kubernetes lists all API groups to empty a namespace. The server of one that does not answer blocks every namespace. */
function apiServiceRemedy(message: string): string {
  const [, group, version] = /server APIs?: ([a-z0-9.-]+)\/(v[a-z0-9]+)/.exec(message) ?? [];
  if (group === undefined || version === undefined) return '';
  return `. Restore the server of API group ${group}, or delete its APIService: kubectl delete apiservice ${version}.${group}`;
}

/** Why no operator works: a Deployment without available pods, or one that does not exist. Undefined when one has pods, or none is known. */
async function unavailable(cluster: Cluster, operators: readonly Manifest[]): Promise<string | undefined> {
  const keys = (await Promise.all(operators.map((operator) => deploymentsOf(cluster, operator)))).flat();
  const deployments = await Promise.all(keys.map(async (key) => ({ key, live: await cluster.get(key) })));
  if (deployments.some(({ live }) => live !== undefined && isAvailable(live))) return undefined;
  const [first] = deployments;
  if (first === undefined) return undefined;
  const { namespace = '' } = first.key;
  return first.live === undefined
    ? `${formatKey(first.key)} does not exist. Restore it: deploy, or install its release again`
    : `${formatKey(first.key)} has no available pod. See why: kubectl -n ${namespace} get pods`;
}

/** The Deployment that an operator is, or those in its release. */
async function deploymentsOf(cluster: Cluster, operator: Manifest): Promise<ObjectKey[]> {
  if (isDeployment(operator)) return [keyOf(operator)];
  const namespace = releaseOf(operator)?.namespace ?? '';
  const released = await releasedObjects(cluster, operator);
  return released.filter(isDeployment).map((object) => ({ ...keyOf(object), namespace: object.metadata.namespace ?? namespace }));
}

const isDeployment = (object: Manifest): boolean => groupKindOf(object) === 'Deployment.apps';

/** One without a status has just been created. */
function isAvailable(deployment: LiveObject): boolean {
  return (
    listOf(valueAt(deployment, 'status', 'conditions')).length === 0 || Number(valueAt(deployment, 'status', 'availableReplicas') ?? 0) > 0
  );
}
