import pMap from 'p-map';
import { ENVIRONMENT_LABEL } from '../../manifests/contract';
import { idOf, keyOf, type ObjectKey } from '../../manifests/manifest';
import { CONCURRENCY } from '../api/cluster';
import { targetsOf } from '../delete/target';
import type { Dist } from '../dist';
import { Inventory } from '../inventory';
import { isOurs } from '../objects/ownership';
import { CommandProblem } from '../problem';
import type { Session } from '../session';

/**
 * Makes the objects of another environment those of dist's environment: copies its inventory, changes the label of its objects and deletes its inventory.
 * Objects keep their uids. Returns the new inventory. Can be run again after an interruption.
 */
export async function renameEnvironment(session: Session, dist: Dist, from: string): Promise<Inventory> {
  const { cluster, installation } = session;
  const inventory = await Inventory.read(cluster, dist.environment, installation);
  const old = await Inventory.read(cluster, from, installation);
  if (old.stages.length === 0) {
    if (inventory.stages.length > 0) return inventory;
    throw new CommandProblem(`--rename-from: must be an environment that was deployed to this cluster; got "${from}".`);
  }
  const moved = new Set(old.stages.flatMap((stage) => old.of(stage).map(idOf)));
  const others = inventory.stages.flatMap((stage) => inventory.of(stage)).filter((key) => !moved.has(idOf(key)));
  if (others.length > 0) {
    throw new CommandProblem(
      `--rename-from: environment "${dist.environment}" must not exist on this cluster; it has ${others.length} objects. Destroy one of the two first.`,
    );
  }
  for (const stage of old.stages) await inventory.add(stage, old.of(stage));
  const targets = await targetsOf(cluster, dist, inventory);
  await pMap(targets, ({ key }) => relabel(session, key, { from, to: dist.environment }), { concurrency: CONCURRENCY });
  // At once: after an interruption the old inventory is complete or gone.
  await old.clear();
  return Inventory.read(cluster, dist.environment, installation);
}

async function relabel({ cluster }: Session, key: ObjectKey, { from, to }: { readonly from: string; readonly to: string }): Promise<void> {
  const live = await cluster.get(key);
  if (!live || !isOurs(live, from)) return;
  await cluster.patch(keyOf(live), { metadata: { labels: { [ENVIRONMENT_LABEL]: to } } });
}
