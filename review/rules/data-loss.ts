import { valueAt } from '../../manifests/fields';
import type { EnvironmentObject } from '../../manifests/environment-objects';
import { POSTGRES_CLUSTER, updateRulesFor } from '../../manifests/data-protection/update-rules';
import { isGuarded } from '../../manifests/data-protection/guarded';
import { groupKindOf, type Manifest } from '../../manifests/manifest';
import { isUpdated } from '../object-change';
import type { ReviewRule } from '../rule';

/** An update that loses data: the table of changes that data protection refuses on the cluster. */
export const dataLoss: ReviewRule = {
  name: 'data-loss',
  class: 'data',
  check({ changes, before: { objects } }) {
    return changes.filter(isUpdated).flatMap((change) => {
      const [before, after] = [change.before.manifest, change.after.manifest];
      // A PostgresCluster loses its data with or without the annotation that makes the cluster refuse it.
      if (!isGuarded(before) && groupKindOf(before) !== POSTGRES_CLUSTER) return [];
      return updateRulesFor(before).flatMap(({ changesOf, lost, instead }) =>
        [...new Set(changesOf(running(before, objects), after))].map((name) => ({
          change,
          field: '',
          message: `${name}: ${lost}. ${instead}.`,
        })),
      );
    });
  },
};

/**
 * The object as PGO has seen it: what is in dist may run, and only then has it something to lose. A cluster with a PGUpgrade is upgraded: that the
 * PGUpgrade has succeeded, deploy and the API server verify.
 */
function running(before: Manifest, objects: readonly EnvironmentObject[]): Manifest {
  const { name, namespace } = before.metadata;
  const upgrade = objects.find(
    ({ manifest: { kind, metadata, spec } }) =>
      kind === 'PGUpgrade' && metadata.namespace === namespace && valueAt(spec, 'postgresClusterName') === name,
  );
  const postgresVersion = valueAt(upgrade?.manifest['spec'], 'toPostgresVersion');
  return { status: postgresVersion === undefined ? {} : { postgresVersion }, ...before };
}
