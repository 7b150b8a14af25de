import { listOf, valueAt } from '../../manifests/fields';
import type { Manifest } from '../../manifests/manifest';
import { isUpdated } from '../object-change';
import type { ReviewRule } from '../rule';

/** A PostgresCluster with synchronous replication has too few instances for it, or no longer replicates synchronously. */
export const tooFewReplicas: ReviewRule = {
  name: 'too-few-replicas',
  class: 'data',
  check({ changes }) {
    return changes
      .filter(isUpdated)
      .filter(({ before }) => before.manifest.kind === 'PostgresCluster')
      .flatMap((change) => {
        const [before, after] = [change.before.manifest, change.after.manifest];
        const [had, has] = [replicasOf(before), replicasOf(after)];
        if (isSynchronous(before) && !isSynchronous(after)) {
          const message = 'Replication is no longer synchronous: when the primary fails, the last transactions are lost.';
          return [{ change, field: [...PATRONI, 'synchronous_mode'].join('.'), message }];
        }
        if (!isSynchronous(after) || has >= neededBy(after) || (isSynchronous(before) && had < neededBy(before))) return [];
        const message = `Synchronous replication needs ${neededBy(after)} instances; got ${has}. Without a replica a failure of the primary loses the last transactions, or writing stops in strict mode.`;
        return [{ change, field: 'spec.instances', message }];
      });
  },
};

const PATRONI = ['spec', 'patroni', 'dynamicConfiguration'];

function isSynchronous(cluster: Manifest): boolean {
  return [true, 'on', 'quorum'].includes(valueAt(cluster, ...PATRONI, 'synchronous_mode') as boolean | string);
}

/** The primary and the replicas that confirm each transaction. */
function neededBy(cluster: Manifest): number {
  return 1 + Number(valueAt(cluster, ...PATRONI, 'synchronous_node_count') ?? 1);
}

function replicasOf(cluster: Manifest): number {
  return listOf(valueAt(cluster, 'spec', 'instances')).reduce<number>((total, set) => total + Number(valueAt(set, 'replicas') ?? 1), 0);
}
