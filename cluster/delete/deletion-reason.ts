import { listOf, valueAt } from '../../manifests/fields';
import { isNamespace } from '../../manifests/custom-resource-definition';
import { releaseOf } from '../../manifests/helm-release';
import { formatKey, groupKindOf, keyOf, type Manifest } from '../../manifests/manifest';
import type { Cluster } from '../api/cluster';
import { conditionOf, type LiveObject } from '../objects/live-object';

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
  const { finalizers = [] } = object.metadata;
  if (finalizers.length === 0) return 'is being deleted';
  const waits = `waits for ${finalizers.length === 1 ? 'its finalizer' : 'its finalizers'} ${finalizers.join(', ')}`;
  const down = await unavailable(cluster, operators);
  if (down === undefined) return waits;
  const { namespace = '' } = down.metadata;
  return `${waits}, and ${formatKey(keyOf(down))} has no available pod. See why: kubectl -n ${namespace} get pods`;
}

/** Kubernetes lists all API groups to empty a namespace. The server of one that does not answer blocks every namespace. */
function apiServiceRemedy(message: string): string {
  const [, group, version] = /server APIs?: ([a-z0-9.-]+)\/(v[a-z0-9]+)/.exec(message) ?? [];
  if (group === undefined || version === undefined) return '';
  return `. Restore the server of API group ${group}, or delete its APIService: kubectl delete apiservice ${version}.${group}`;
}

/** A Deployment of the operators that has no available pod, if none of them has one. */
async function unavailable(cluster: Cluster, operators: readonly Manifest[]): Promise<LiveObject | undefined> {
  const lists = await Promise.all(
    operators.map(async (operator) => {
      const namespace = releaseOf(operator)?.namespace ?? operator.metadata.namespace;
      if (namespace === undefined) return [];
      const all = await cluster.list({ apiVersion: 'apps/v1', kind: 'Deployment' }, { namespace });
      return groupKindOf(operator) === 'Deployment.apps' ? all.filter(({ metadata }) => metadata.name === operator.metadata.name) : all;
    }),
  );
  const deployments = lists.flat();
  const isAvailable = (deployment: LiveObject): boolean =>
    listOf(valueAt(deployment, 'status', 'conditions')).length === 0 || Number(valueAt(deployment, 'status', 'availableReplicas') ?? 0) > 0;
  return deployments.some(isAvailable) ? undefined : deployments[0];
}
