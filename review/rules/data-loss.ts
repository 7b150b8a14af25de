import { POSTGRES_CLUSTER, updateRulesFor } from '../../manifests/data-protection/update-rules';
import { isGuarded } from '../../manifests/data-protection/guarded';
import { groupKindOf, type Manifest } from '../../manifests/manifest';
import { isSameObject } from '../object-change';
import type { ReviewRule } from '../rule';

/** An update that loses data: the table of changes that data protection refuses on the cluster. */
export const dataLoss: ReviewRule = {
  name: 'data-loss',
  class: 'data',
  check({ changes }) {
    return changes.filter(isSameObject).flatMap((change) => {
      const [before, after] = [change.before.manifest, change.after.manifest];
      // A PostgresCluster loses its data with or without the annotation that makes the cluster refuse it.
      if (!isGuarded(before) && groupKindOf(before) !== POSTGRES_CLUSTER) return [];
      return updateRulesFor(before).flatMap(({ changesOf, lost, instead }) =>
        [...new Set(changesOf(running(before), after))].map((name) => ({
          change,
          field: '',
          message: `${name}: ${lost}. ${instead}.`,
        })),
      );
    });
  },
};

/** The object as PGO has seen it: what is in dist may run, and only then has it something to lose. */
function running(before: Manifest): Manifest {
  return { status: {}, ...before };
}
