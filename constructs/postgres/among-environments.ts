import type { Problem } from '../problem';
import { clustersOf, type DeclaredClusters } from './among-clusters';
import { backupPlaces } from './backup-place';

/**
 * Clusters that write to a folder which a cluster of an earlier environment writes to: pgBackRest refuses the backups of the second one. An environment is
 * often a copy of another, with its bucket. Not a problem, because two environments can be two ways to the same cluster.
 */
export function sharedBackups(environments: Readonly<Record<string, DeclaredClusters>>): Problem[] {
  const all = Object.entries(environments).flatMap(([environment, declared]) =>
    clustersOf(declared).flatMap(({ stage, id, props }) =>
      backupPlaces(props).map(([index, place]) => ({
        environment,
        name: props.name,
        path: `${stage}/${id}`,
        field: `backups[${index}].path`,
        place,
      })),
    ),
  );
  return all.flatMap(({ environment, path, field, place }): Problem[] => {
    const first = all.find((other) => other.place === place);
    if (first === undefined || first.environment === environment) return [];
    const message = `must not be in use already; "${first.name}" of the environment ${first.environment} has the same bucket and path.`;
    return [
      {
        environment,
        path,
        field,
        message,
        remedy: 'Use another bucket or path, unless both environments are for the same Kubernetes cluster.',
      },
    ];
  });
}
