import { type Manifest, idOf, formatKey, keyOf } from '../../manifests/manifest';
import type { Cluster } from '../api/cluster';
import type { Dist, DistStage } from '../dist';
import type { Inventory } from '../inventory';
import { withDefaultNamespace } from '../objects/live';
import { CommandProblem } from '../problem';

/**
 * An object that names no namespace goes where the context points. Where that has changed since the last deploy, a second one would be made, and the
 * first would seem to be one that dist has no longer.
 */
export function refuseOtherNamespace(cluster: Cluster, objects: readonly Manifest[], inventory: Inventory): void {
  for (const object of objects.filter(({ metadata }) => metadata.namespace === undefined)) {
    const key = keyOf(object);
    // One of the same name may name its namespace.
    const named = new Set(objects.map((other) => idOf(keyOf(other))));
    const known = inventory.namespacesOf(key).find((namespace) => !named.has(idOf({ ...key, namespace })));
    if (known === undefined || inventory.has({ ...key, namespace: cluster.namespace })) continue;
    throw new CommandProblem(
      `${formatKey(key)} names no namespace, so it goes where the context points: to "${cluster.namespace}". But it was deployed into "${known}".\n` +
        `Let the context point there: kubectl config set-context --current --namespace=${known}`,
    );
  }
}

/** An environment has a cluster of its own: two would change and delete each other's objects. */
export async function refuseOtherEnvironment(
  cluster: Cluster,
  dist: Dist,
  stages: readonly DistStage[],
  inventory: Inventory,
): Promise<void> {
  const objects = await Promise.all(stages.flatMap((stage) => stage.objects).map((object) => withDefaultNamespace(cluster, object)));
  for (const object of objects) {
    const other = inventory.otherEnvironmentOf(keyOf(object));
    if (other === undefined) continue;
    throw new CommandProblem(
      `${formatKey(keyOf(object))} on this cluster belongs to the environment "${other}", not to "${dist.environment}" (${dist.folder}). Is this the right context?\n` +
        `If "${other}" is to make room, destroy that first.`,
    );
  }
}
