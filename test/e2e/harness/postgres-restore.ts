import type { Manifest } from '../../../manifests/manifest';
import type { Api, Condition, Live } from './api';
import { API_VERSION, label, owned, type PostgresCluster } from './postgres-objects';
import type { Observed } from './postgres-status';

type Source = NonNullable<PostgresCluster['spec']['dataSource']>;

/** What is looked at besides the cluster. */
interface Seen extends Pick<Observed, 'sets' | 'pods' | 'backups'> {
  readonly clusters: readonly PostgresCluster[];
  /** Whether the Job fails. */
  readonly fails: boolean;
}

const PROGRESSING = 'PGBackRestoreProgressing';
const INITIALIZED = 'PostgresDataInitialized';

/** What a cluster asks to be restored from, and the id by which PGO knows whether it has done so: it remembers one. */
function request({ metadata, spec }: PostgresCluster): { readonly id: string; readonly source: Source } | undefined {
  const { restore } = spec.backups?.pgbackrest ?? {};
  const id = metadata.annotations?.[label('pgbackrest-restore')] ?? '';
  if (restore?.enabled === true && id !== '') return { id, source: { postgresCluster: { clusterName: metadata.name, ...restore } } };
  return spec.dataSource && { id: `~pgo-bootstrap-${metadata.name}`, source: spec.dataSource };
}

/**
 * Restores, as PGO does, when a cluster asks for it by another id than that of the last restore: also when it runs. Then it deletes the StatefulSets of
 * the instances, and when their pods are gone a Job writes over the primary's volume. Meanwhile it observes no generation. True while it does so, and for ever after it failed.
 * A cluster that is cloned must exist, and its repository must have a backup. What is in an object store is not looked for.
 */
export async function restore(api: Api, cluster: PostgresCluster, seen: Seen): Promise<boolean> {
  const { metadata, status } = cluster;
  const { sets, pods, backups: jobs, clusters, fails } = seen;
  const wanted = request(cluster);
  if (wanted === undefined || status?.pgbackrest?.restore?.id === wanted.id) return false;
  const condition = (type: string, is: Condition['status'], reason: string, message: string): Condition => ({
    type,
    status: is,
    reason,
    message,
    observedGeneration: metadata.generation,
    lastTransitionTime: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
  });
  const write = (conditions: readonly Condition[], more: object = {}): Promise<unknown> =>
    api.patch(`/apis/${API_VERSION}/namespaces/${metadata.namespace}/postgresclusters/${metadata.name}/status`, {
      status: {
        ...more,
        conditions: [...(status?.conditions ?? []).filter(({ type }) => !conditions.some((each) => each.type === type)), ...conditions],
      },
    });
  const name = `${metadata.name}-pgbackrest-restore`;
  const job = jobs.find((each) => each.metadata.name === name);
  const is = (type: string): boolean => job?.status.conditions?.some((each) => each.type === type && each.status === 'True') ?? false;
  if (job !== undefined && job.metadata.annotations?.['stand-in/restore'] !== wanted.id) {
    await api.delete(`/apis/batch/v1/namespaces/${metadata.namespace}/jobs/${name}`);
  } else if (job === undefined) {
    const doesFail = fails || !hasBackup(wanted.source, metadata.namespace, clusters);
    await write([
      condition(PROGRESSING, 'True', 'ReadyForRestore', 'Restoring cluster in-place'),
      condition(INITIALIZED, 'Unknown', 'Restoring', ''),
    ]);
    const ofInstance = (object: Live): boolean => object.metadata.labels?.[label('instance')] !== undefined;
    for (const set of sets.filter(ofInstance)) {
      await api.delete(`/apis/apps/v1/namespaces/${metadata.namespace}/statefulsets/${set.metadata.name}`);
    }
    if (pods.some(ofInstance)) return true;
    await api.create(`/apis/batch/v1/namespaces/${metadata.namespace}/jobs`, restoreJob(cluster, name, wanted, doesFail));
  } else if (is('Failed')) {
    await write([condition(INITIALIZED, 'False', 'PGBackRestRestoreFailed', 'pgBackRest restore failed')]);
  } else if (is('Complete')) {
    const conditions = [
      condition(PROGRESSING, 'False', 'PGBackRestRestoreComplete', 'pgBackRest restore completed successfully'),
      condition(INITIALIZED, 'True', 'PGBackRestRestoreComplete', 'pgBackRest restore completed successfully'),
    ];
    await write(conditions, { pgbackrest: { restore: { id: wanted.id, finished: true } } });
  }
  return true;
}

function hasBackup({ postgresCluster }: Source, namespace: string, clusters: readonly PostgresCluster[]): boolean {
  if (postgresCluster === undefined) return true;
  const { clusterName, clusterNamespace = namespace, repoName } = postgresCluster;
  const source = clusters.find(({ metadata }) => metadata.name === clusterName && metadata.namespace === clusterNamespace);
  return source?.status?.pgbackrest?.repos?.some((repo) => repo.name === repoName && repo.stanzaCreated) ?? false;
}

/** Its arguments are the options of pgBackRest, by which a test sees what is restored from where. */
function restoreJob(cluster: PostgresCluster, name: string, { id, source }: { id: string; source: Source }, fails: boolean): Manifest {
  const from = source.postgresCluster ?? source.pgbackrest;
  const place = [source.postgresCluster?.clusterName, source.postgresCluster?.repoName ?? JSON.stringify(source.pgbackrest?.repo)];
  const args = [...place.flatMap((part) => part ?? []), ...(from?.options ?? [])];
  const template = {
    metadata: { annotations: fails ? { 'stand-in/exit-code': '1' } : {} },
    spec: { restartPolicy: 'Never', containers: [{ name: 'pgbackrest-restore', image: 'crunchy-postgres', args }] },
  };
  const job = owned(cluster, 'batch/v1', 'Job', name, { [label('pgbackrest-restore')]: '' });
  const metadata = { ...job.metadata, annotations: { 'stand-in/restore': id } };
  return { ...job, metadata, spec: { backoffLimit: 0, template } };
}
