import { formatKey, keyOf } from '../../manifests/manifest';
import type { Cluster } from '../api/cluster';
import type { Dist, DistStage } from '../dist';
import type { Inventory } from '../inventory';
import { unmetNeeds } from './needs';
import { CommandProblem } from '../problem';
import { withDefaultNamespace } from '../objects/live';
import { missingRights } from './rights';

/** Reports everything that would make the deployment fail half-way, before anything is written. */
export async function preflight(cluster: Cluster, dist: Dist, stages: readonly DistStage[]): Promise<void> {
  const objects = stages.flatMap((stage) => stage.objects);
  const problems = [...(await missingRights(cluster, objects)), ...(await unmetNeeds(cluster, dist, objects))];
  if (problems.length === 0) return;
  throw new CommandProblem(
    `Nothing was applied: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}\n\n${problems.join('\n\n')}`,
    1,
  );
}

/** Refuses when an object of dist belongs to another environment on this cluster: two would change and delete each other's objects. */
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
        `To replace environment ${other}, run: npm run destroy dist/${other}`,
    );
  }
}
