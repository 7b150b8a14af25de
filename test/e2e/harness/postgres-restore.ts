import type { Manifest } from '../../../manifests/manifest';
import type { Api, Condition, Live } from './api';
import { API_VERSION, label, owned, type PostgresCluster } from './postgres-objects';
import type { Workload } from './postgres-status';

const PROGRESSING = 'PGBackRestoreProgressing';
const INITIALIZED = 'PostgresDataInitialized';

/**
 * Restores in place, as PGO does when spec.dataSource is added to a cluster that was never restored: it deletes the StatefulSets of the instances,
 * and a Job writes over the primary's volume. Meanwhile it observes no generation. True while it does so, and for ever after it failed.
 * @param fails whether the Job fails
 */
export async function restore(
  api: Api,
  cluster: PostgresCluster,
  sets: readonly Live[],
  jobs: readonly Workload[],
  fails: boolean,
): Promise<boolean> {
  const { metadata, spec, status } = cluster;
  if (spec.dataSource === undefined || status?.pgbackrest?.restore?.id !== undefined || status?.patroni === undefined) return false;
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
        conditions: [...(status.conditions ?? []).filter(({ type }) => !conditions.some((each) => each.type === type)), ...conditions],
      },
    });
  const name = `${metadata.name}-pgbackrest-restore`;
  const job = jobs.find((each) => each.metadata.name === name);
  const is = (type: string): boolean => job?.status.conditions?.some((each) => each.type === type && each.status === 'True') ?? false;
  if (job === undefined) {
    await write([
      condition(PROGRESSING, 'True', 'ReadyForRestore', 'Restoring cluster in-place'),
      condition(INITIALIZED, 'Unknown', 'Restoring', ''),
    ]);
    const instances = sets.filter((set) => set.metadata.labels?.[label('instance')] !== undefined);
    for (const set of instances) await api.delete(`/apis/apps/v1/namespaces/${metadata.namespace}/statefulsets/${set.metadata.name}`);
    await api.create(`/apis/batch/v1/namespaces/${metadata.namespace}/jobs`, restoreJob(cluster, name, fails));
  } else if (is('Failed')) {
    await write([condition(INITIALIZED, 'False', 'PGBackRestRestoreFailed', 'pgBackRest restore failed')]);
  } else if (is('Complete')) {
    const conditions = [
      condition(PROGRESSING, 'False', 'PGBackRestRestoreComplete', 'pgBackRest restore completed successfully'),
      condition(INITIALIZED, 'True', 'PGBackRestRestoreComplete', 'pgBackRest restore completed successfully'),
    ];
    await write(conditions, { pgbackrest: { restore: { id: '~pgo-bootstrap-restored', finished: true } } });
  }
  return true;
}

function restoreJob(cluster: PostgresCluster, name: string, fails: boolean): Manifest {
  const template = {
    metadata: { annotations: fails ? { 'stand-in/exit-code': '1' } : {} },
    spec: { restartPolicy: 'Never', containers: [{ name: 'pgbackrest-restore', image: 'crunchy-postgres' }] },
  };
  return { ...owned(cluster, 'batch/v1', 'Job', name, { [label('pgbackrest-restore')]: '' }), spec: { backoffLimit: 0, template } };
}
