import type { Condition, Live } from './api';
import type { Container, Pod } from './pod-status';
import { label, type PostgresCluster, type RepositoryStatus } from './postgres-objects';
import { isReady, isUpdated, type StatefulSet } from './postgres-rollout';

/** A Deployment or a Job. */
export interface Workload extends Live {
  readonly spec?: { readonly template?: { readonly spec: { readonly containers: readonly Container[] } } };
  readonly status: { readonly conditions?: readonly Condition[] };
}

/** What there is of a cluster. */
export interface Observed {
  readonly sets: readonly StatefulSet[];
  readonly pods: readonly Pod[];
  readonly backups: readonly Workload[];
  readonly claims: readonly (Live & { readonly spec: { readonly volumeName?: string } })[];
}

const HOST_READY = 'PGBackRestRepoHostReady';
const REPOSITORY_READY = 'PGBackRestReplicaRepoReady';
const REPLICA_CREATE = 'PGBackRestReplicaCreate';

/** Why a condition is not true, and why it is. There is no condition Ready. */
const REASONS: Readonly<Record<string, readonly [string, string]>> = {
  [HOST_READY]: ['RepoHostNotReady', 'RepoHostReady'],
  [REPOSITORY_READY]: ['StanzaNotCreated', 'StanzaCreated'],
  [REPLICA_CREATE]: ['RepoBackupNotComplete', 'RepoBackupComplete'],
};

/**
 * The next patch of the status, in PGO's order; undefined when the status is up to date. First the generation, with all conditions false; then the
 * number of ready instances and the repository host; then the initialized database; then the complete first backup.
 * @param broken the repositories in which no stanza can be created
 */
export function nextStatus(cluster: PostgresCluster, observed: Observed, broken: readonly string[] = []): object | undefined {
  const { metadata, spec, status } = cluster;
  const repositories = spec.backups?.pgbackrest?.repos ?? [];
  if (status?.observedGeneration !== metadata.generation) {
    // Instances keep their numbers of the previous generation.
    const reported = (name: string): RepositoryStatus | undefined => status?.pgbackrest?.repos?.find((repo) => repo.name === name);
    return {
      observedGeneration: metadata.generation,
      conditions: conditionsOf(cluster, {}),
      pgbackrest: {
        repoHost: { apiVersion: 'apps/v1', kind: 'StatefulSet', ready: status?.pgbackrest?.repoHost?.ready ?? false },
        repos: repositories.map(({ name }) => reported(name) ?? { name, stanzaCreated: false }),
      },
    };
  }
  const counted = counts(cluster, observed);
  if (JSON.stringify(counted) !== JSON.stringify(reported(cluster))) {
    return {
      instances: counted.instances,
      conditions: conditionsOf(cluster, { [HOST_READY]: counted.hostReady }),
      pgbackrest: { repoHost: { ready: counted.hostReady }, repos: counted.repos },
    };
  }
  const ready = observed.pods.some((pod) => pod.metadata.labels?.[label('role')] === 'master') && counted.hostReady;
  const [first, ...others] = counted.repos;
  if (first === undefined || !ready) return undefined;
  const created = (repo: RepositoryStatus): boolean => repo.stanzaCreated || !broken.includes(repo.name);
  if (counted.repos.some((repo) => repo.stanzaCreated !== created(repo))) {
    return {
      databaseRevision: '5d8c6d4f8b',
      usersRevision: '6b8d9f7c5d',
      patroni: { systemIdentifier: '7000000000000000001' },
      proxy: { pgBouncer: { postgresRevision: '7b7c9dd6' } },
      monitoring: { exporterConfiguration: '559c4c97d6' },
      // The condition is about the first one only.
      conditions: conditionsOf(cluster, { [REPOSITORY_READY]: created(first) }),
      pgbackrest: { repos: [first, ...others].map((repo) => ({ ...repo, stanzaCreated: created(repo) })) },
    };
  }
  const complete = observed.backups.some(({ status: job }) =>
    job.conditions?.some(({ type, status: is }) => type === 'Complete' && is === 'True'),
  );
  if (!complete || first.replicaCreateBackupComplete) return undefined;
  return {
    conditions: conditionsOf(cluster, { [REPLICA_CREATE]: true }),
    pgbackrest: { repos: [{ ...first, replicaCreateBackupComplete: true }, ...others] },
  };
}

interface Counted {
  readonly instances: readonly object[];
  readonly hostReady: boolean;
  readonly repos: readonly RepositoryStatus[];
}

function counts({ metadata, spec, status }: PostgresCluster, { pods, claims, sets }: Observed): Counted {
  const instances = spec.instances.map(({ name }) => {
    const all = pods.filter((pod) => pod.metadata.labels?.[label('instance-set')] === name);
    const ready = all.filter(isReady).length;
    const updated = all.filter((pod) => isUpdated(pod, sets)).length;
    // PGO omits zeros.
    return {
      name,
      ...(all.length > 0 && { replicas: all.length, ...(updated > 0 && { updatedReplicas: updated }) }),
      ...(ready > 0 && { readyReplicas: ready }),
    };
  });
  const repos = (status?.pgbackrest?.repos ?? []).map((repo) => {
    const volume = claims.find((claim) => claim.metadata.name === `${metadata.name}-${repo.name}`)?.spec.volumeName;
    return { ...repo, ...(volume !== undefined && { bound: true, volume }) };
  });
  const hostReady = pods.some((pod) => pod.metadata.labels?.[label('pgbackrest-dedicated')] !== undefined && isReady(pod));
  return { instances: sorted(instances), hostReady, repos: sorted(repos) };
}

/** The same fields as reported in the status. */
function reported({ status }: PostgresCluster): Counted {
  const { repoHost, repos = [] } = status?.pgbackrest ?? {};
  return { instances: sorted(status?.instances ?? []), hostReady: repoHost?.ready ?? false, repos: sorted(repos) };
}

/** With sorted fields, for a comparison. */
function sorted<Item extends object>(items: readonly Item[]): Item[] {
  return items.map((item) => Object.fromEntries(Object.entries(item).sort(([one], [other]) => one.localeCompare(other))) as Item);
}

/** All three, with those that change now; the time is that of the last change. */
function conditionsOf({ metadata, status }: PostgresCluster, changed: Readonly<Record<string, boolean>>): Condition[] {
  return Object.entries(REASONS).map(([type, [not, is]]) => {
    const before = status?.conditions?.find((condition) => condition.type === type);
    const now = (changed[type] ?? before?.status === 'True') ? 'True' : 'False';
    const stays = before?.status === now && before.lastTransitionTime !== undefined;
    return {
      type,
      status: now,
      reason: now === 'True' ? is : not,
      message: '',
      observedGeneration: metadata.generation,
      lastTransitionTime: stays ? before.lastTransitionTime : new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    };
  });
}
