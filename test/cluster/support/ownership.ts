import type { Cluster } from '../../../cluster/api/cluster';
import { OwnershipCheck } from '../../../cluster/deploy/ownership-check';
import type { PreflightResult } from '../../../cluster/deploy/preflight';
import type { Dist } from '../../../cluster/dist';
import { Inventory } from '../../../cluster/inventory';

/** The check of a deploy without --adopt. */
export async function ownershipOf(cluster: Cluster, dist: Dist): Promise<OwnershipCheck> {
  return new OwnershipCheck(cluster, dist, await Inventory.read(cluster, dist.environment), { adopt: [] });
}

/** A preflight that has read nothing, so that each object is read again. */
export const NOTHING_READ: Omit<PreflightResult, 'inventory'> = { live: new Map(), collections: new Set(), readAt: 0 };
