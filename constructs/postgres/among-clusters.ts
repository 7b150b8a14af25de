import type { Finding } from '../../manifests/finding';
import { compareStages } from '../../manifests/stage';
import { backupPlaces, restorePlace } from './backup-place';
import { repositoryOf } from './pgbackrest';
import type { PostgresClusterProps } from './postgres-cluster';

type Located = [cluster: PostgresClusterProps, field: string, finding: Finding];

/** The clusters as an environment declares them. */
export interface DeclaredClusters {
  readonly namespace?: string;
  readonly postgres?: Omit<PostgresClusterProps, 'namespace'>;
  readonly postgresClusters?: readonly PostgresClusterProps[];
}

/** Each cluster of an environment with its namespace, and the stage and id of its construct. In the order of their stages. */
export function clustersOf({
  namespace,
  postgres,
  postgresClusters = [],
}: DeclaredClusters): { stage: string; id: string; props: PostgresClusterProps }[] {
  const declared = [
    ...(postgres ? [{ id: 'cluster', props: { ...postgres, namespace } }] : []),
    ...postgresClusters.map((props, index) => ({ id: `postgresClusters[${index}]`, props: { namespace, ...props } })),
  ];
  const all = declared.map(({ props }) => props);
  const staged = declared.map((cluster) => ({ stage: sourceOf(cluster.props, all) ? '35-postgres-clones' : '30-postgres', ...cluster }));
  return staged.sort((one, other) => compareStages(one.stage, other.stage));
}

/** The cluster of the same environment that another one is restored from. */
function sourceOf(clone: PostgresClusterProps, clusters: readonly PostgresClusterProps[]): PostgresClusterProps | undefined {
  const { restore } = clone;
  if (restore?.kind !== 'cluster') return undefined;
  const namespace = restore.namespace ?? clone.namespace;
  return clusters.find((cluster) => cluster !== clone && cluster.name === restore.name && cluster.namespace === namespace);
}

/** What is wrong with clusters of an environment because of each other. */
export function findingsAmong(clusters: readonly PostgresClusterProps[]): Located[] {
  return clusters.flatMap((cluster, index): Located[] => {
    const source = sourceOf(cluster, clusters);
    const found = [...(source ? cloneFindings(cluster, source, clusters) : []), ...placeFindings(cluster, clusters.slice(0, index))];
    return found.map(([field, finding]) => [cluster, field, finding]);
  });
}

/** PGO reports these in the log of a Job, or only by pods that do not start. */
function cloneFindings(
  clone: PostgresClusterProps,
  source: PostgresClusterProps,
  clusters: readonly PostgresClusterProps[],
): [string, Finding][] {
  const { restore, version } = clone;
  if (restore?.kind !== 'cluster') return [];
  const found: [string, Finding][] = [];
  const repositories = (source.backups ?? []).map(repositoryOf);
  const passedThrough = source.spec?.backups?.pgbackrest?.repos !== undefined;
  if (!passedThrough && !repositories.includes(restore.repository)) {
    const message = `must be a repository of "${source.name}" (${repositories.join(', ') || 'none'}); got "${restore.repository}".`;
    found.push(['restore.repository', { message, remedy: 'Use the repository that has the backup.' }]);
  }
  if (version !== source.version) {
    const message = `must be PostgreSQL ${source.version}, whose files "${source.name}" has; got ${version}.`;
    found.push([
      'version',
      {
        message,
        remedy: 'Remove restore if it is done. Otherwise clone it with this version, and upgrade the clone afterwards: docs/upgrading.md.',
      },
    ]);
  }
  if (source.upgrade) {
    const message = `must be a cluster that runs; "${source.name}" is shut down by its upgrade.`;
    found.push(['restore.name', { message, remedy: 'Remove restore if it is done. Otherwise clone it before or after the upgrade.' }]);
  }
  if (sourceOf(source, clusters)) {
    const message = `must be a cluster of an earlier stage, which has a backup already; "${source.name}" is a clone itself.`;
    found.push([
      'restore.name',
      { message, remedy: `Deploy "${source.name}", remove its restore when that is done, and then add this one.` },
    ]);
  }
  return found;
}

/** pgBackRest refuses the backups of a second cluster in one folder, and a cluster that is restored would mix its log with that of the lost one. */
function placeFindings(cluster: PostgresClusterProps, earlier: readonly PostgresClusterProps[]): [string, Finding][] {
  const lost = restorePlace(cluster.restore);
  const own = backupPlaces(cluster);
  return own.flatMap(([index, place]): [string, Finding][] => {
    const other = earlier.find((one) => backupPlaces(one).some(([, used]) => used === place));
    const first = own.find(([, used]) => used === place)?.[0] ?? index;
    const users = [
      ...(other ? [`"${other.name}"`] : []),
      ...(first < index ? [`backups[${first}]`] : []),
      ...(place === lost ? ['restore'] : []),
    ];
    return users.map((user) => [`backups[${index}].path`, sharedPath(user)]);
  });
}

function sharedPath(user: string): Finding {
  return {
    message: `must not be in use already; ${user} has the same bucket and path.`,
    remedy: 'Use a path that no other repository has.',
  };
}
