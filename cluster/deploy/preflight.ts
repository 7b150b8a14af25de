import type { Cluster } from '../api/cluster';
import type { Dist, DistStage } from '../dist';
import { missingNeeds } from './needs';
import { CommandProblem } from '../problem';
import { missingRights } from './rights';

/** Looks for what would make a deployment fail half-way, before anything is written. All of it is told at once. */
export async function preflight(cluster: Cluster, dist: Dist, stages: readonly DistStage[]): Promise<void> {
  const objects = stages.flatMap((stage) => stage.objects);
  const problems = [...(await missingRights(cluster, objects)), ...(await missingNeeds(cluster, dist, objects))];
  if (problems.length === 0) return;
  throw new CommandProblem(
    `Nothing was applied: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}\n\n${problems.join('\n\n')}`,
    1,
  );
}
