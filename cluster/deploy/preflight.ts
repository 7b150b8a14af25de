import { formatKey, idOf, keyOf } from '../../manifests/manifest';
import type { Cluster } from '../api/cluster';
import type { Dist, DistStage } from '../dist';
import { Inventory } from '../inventory';
import { unmetNeeds } from './needs';
import { commandLine } from '../cli/command-line';
import { CommandProblem } from '../problem';
import { collectionOf, type LiveObjects, readLive, withDefaultNamespace } from '../objects/live';
import { OwnershipCheck, type OwnershipOptions } from './ownership-check';
import type { Session } from '../session';
import { missingRights } from './rights';

/** The objects of a deployment that were on the cluster before its first write. */
export interface PreflightResult {
  /** Of dist's environment, or of the one that is renamed. */
  readonly inventory: Inventory;
  readonly live: LiveObjects;
  /** The kinds and namespaces that were read: those whose kind is served. */
  readonly collections: ReadonlySet<string>;
  /** When they were read, in milliseconds since 1970. */
  readonly readAt: number;
}

/**
 * Reports everything that would make the deployment fail half-way, before anything is written. Without the rights to read the cluster only the missing
 * rights and needs are reported.
 */
export async function preflight(
  session: Session,
  dist: Dist,
  stages: readonly DistStage[],
  options: OwnershipOptions,
): Promise<PreflightResult> {
  const { cluster } = session;
  const objects = stages.flatMap((stage) => stage.objects);
  const rights = await missingRights(cluster, objects);
  const checked = rights.length > 0 ? undefined : await checkOwnership(session, dist, stages, options);
  const problems = [...rights, ...(checked?.refused ?? []), ...(await unmetNeeds(cluster, dist, objects))];
  if (checked && problems.length === 0) return checked;
  throw new CommandProblem(
    `Nothing was applied: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}\n\n${problems.join('\n\n')}`,
    1,
  );
}

async function checkOwnership(
  { cluster, clock, context, installation }: Session,
  dist: Dist,
  stages: readonly DistStage[],
  options: OwnershipOptions,
): Promise<PreflightResult & { readonly refused: readonly string[] }> {
  const { renameFrom } = options;
  const own = await Inventory.read(cluster, dist.environment, installation);
  await refuseOtherEnvironment(cluster, dist, stages, own, renameFrom);
  const inventory = renameFrom === undefined ? own : await Inventory.read(cluster, renameFrom, installation);
  const ownership = new OwnershipCheck(cluster, dist, inventory, options, context);
  await ownership.checkAdopted();
  const manifests = await Promise.all(stages.flatMap(({ objects }) => objects).map((object) => withDefaultNamespace(cluster, object)));
  const readAt = clock.now();
  const live = await readLive(cluster, renameFrom ?? dist.environment, manifests.map(keyOf));
  const served = await Promise.all(
    manifests.map(async (manifest) => ((await cluster.resource(manifest)) ? [collectionOf(keyOf(manifest))] : [])),
  );
  const refused = await Promise.all(
    manifests.map(async (manifest) => {
      const decision = await ownership.decide(manifest, live.get(idOf(keyOf(manifest))));
      return decision.action === 'refuse' ? [`  ${formatKey(keyOf(manifest))} ${decision.reason}`] : [];
    }),
  );
  return { inventory, live, collections: new Set(served.flat()), readAt, refused: refused.flat() };
}

/** Refuses when an object of dist belongs to another environment on this cluster: two would change and delete each other's objects. */
export async function refuseOtherEnvironment(
  cluster: Cluster,
  dist: Dist,
  stages: readonly DistStage[],
  inventory: Inventory,
  renameFrom?: string,
): Promise<void> {
  const objects = await Promise.all(stages.flatMap((stage) => stage.objects).map((object) => withDefaultNamespace(cluster, object)));
  for (const object of objects) {
    const other = inventory.otherEnvironmentOf(keyOf(object));
    if (other === undefined || other === renameFrom) continue;
    throw new CommandProblem(
      `${formatKey(keyOf(object))} on this cluster belongs to the environment "${other}", not to "${dist.environment}" (${dist.folder}). Is this the right context?\n` +
        `To rename it, run: ${commandLine('deploy', dist, undefined, '--rename-from', other)}\n` +
        `To replace it, run: npm run destroy dist/${other}`,
    );
  }
}
