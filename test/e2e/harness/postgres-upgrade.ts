/**
 * PGO's controller of PGUpgrades, in the order of its checks (internal/controller/pgupgrade of v5.8): the conditions, one Job for the primary and one for
 * each standby, each tried once, and the cluster's status.postgresVersion when all have succeeded. The Jobs change no files.
 */
import type { Manifest } from '../../../manifests/manifest';
import type { Api, Condition, Live } from './api';
import type { Pod } from './pod-status';
import { API_VERSION, GROUP, label, labelsOf, type PostgresCluster } from './postgres-objects';
import type { Workload } from './postgres-status';

interface PGUpgrade extends Live {
  readonly spec: { readonly postgresClusterName: string; readonly fromPostgresVersion: number; readonly toPostgresVersion: number };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

type Verdict = readonly [type: string, status: Condition['status'], reason: string, message: string];

/** When a cluster is shut down, PGO remembers which instance to start first: the one that led. */
export async function rememberLeader(api: Api, cluster: PostgresCluster, pods: readonly Pod[]): Promise<void> {
  const leader = pods.find(({ metadata }) => metadata.labels?.[label('role')] === 'master')?.metadata.labels?.[label('instance')];
  if (cluster.spec.shutdown !== true || leader === undefined || cluster.status?.startupInstance === leader) return;
  await api.patch(`${namespaced(cluster, 'postgresclusters')}/${cluster.metadata.name}/status`, { status: { startupInstance: leader } });
}

/** One round for every PGUpgrade. */
export async function upgradeAll(api: Api, clusters: readonly PostgresCluster[], fails: boolean): Promise<void> {
  for (const upgrade of await api.list<PGUpgrade>(`/apis/${API_VERSION}/pgupgrades`)) {
    const done = upgrade.status?.conditions?.some(({ type, status }) => type === 'Succeeded' && status === 'True');
    if (done || upgrade.metadata.deletionTimestamp !== undefined) continue;
    const { namespace } = upgrade.metadata;
    const cluster = clusters.find(({ metadata }) => metadata.namespace === namespace && metadata.name === upgrade.spec.postgresClusterName);
    const verdicts = await advance(api, upgrade, cluster, fails);
    await write(api, upgrade, verdicts);
  }
}

async function advance(api: Api, upgrade: PGUpgrade, cluster: PostgresCluster | undefined, fails: boolean): Promise<readonly Verdict[]> {
  const { postgresClusterName: name, fromPostgresVersion: from, toPostgresVersion: to } = upgrade.spec;
  const no = (reason: string, message: string): Verdict[] => [['Progressing', 'False', reason, message]];
  if (cluster === undefined) return no('PGClusterNotFound', `postgresclusters.${GROUP} "${name}" not found`);
  const { metadata, spec, status } = cluster;
  const query = { labelSelector: `${label('cluster')}=${name}` };
  const [sets, jobs] = await Promise.all([
    api.list<Live>(`/apis/apps/v1/namespaces/${metadata.namespace}/statefulsets`, query),
    api.list<Workload>(`/apis/batch/v1/namespaces/${metadata.namespace}/jobs`, query),
  ]);
  const instances = sets.filter((set) => set.metadata.labels?.[label('instance')] !== undefined).map((set) => set.metadata.name);
  const standbys = instances.filter((each) => each !== status?.startupInstance);
  const isDone = isComplete(jobs, `${upgrade.metadata.name}-pgdata`);
  // Those of every PGUpgrade of the cluster count.
  const removals = jobs.filter((job) => job.metadata.labels?.[label('role')] === 'removedata');
  const allDone = isDone && removals.filter((job) => has(job, 'Complete')).length === instances.length - 1;
  if (spec.postgresVersion === to && !isDone) return no('PGUpgradeResolved', `PostgresCluster ${name} is already running version ${to}`);
  if (status?.postgresVersion === to) {
    const succeeded: Verdict = [
      'Succeeded',
      'True',
      'PGUpgradeSucceeded',
      `PostgresCluster ${name} is ready to complete upgrade to version ${to}`,
    ];
    return [...no('PGUpgradeCompleted', `PostgresCluster ${name} is running version ${to}`), ...(allDone ? [succeeded] : [])];
  }
  if (!isShutDown(cluster)) return no('PGClusterNotShutdown', 'PostgresCluster instances still running');
  if (!instances.includes(status?.startupInstance ?? ''))
    return no('PGClusterPrimaryNotIdentified', 'PostgresCluster primary instance not identified');
  if (spec.postgresVersion !== from)
    return no('PGUpgradeInvalidForCluster', `Current postgres version is ${spec.postgresVersion}, but upgrade expected ${from}`);
  if (metadata.annotations?.[label('allow-upgrade')] !== upgrade.metadata.name)
    return no('PGClusterMissingRequiredAnnotation', `PostgresCluster ${name} lacks annotation for upgrade ${upgrade.metadata.name}`);
  const progressing: Verdict = ['Progressing', 'True', 'PGUpgradeProgressing', `Upgrade progressing for cluster ${name}`];
  const own = jobs.filter((job) => job.metadata.name === `${upgrade.metadata.name}-pgdata`);
  if ([...own, ...removals].some((job) => has(job, 'Failed')))
    return [progressing, ['Succeeded', 'False', 'PGUpgradeFailed', 'Upgrade jobs failed, please check individual pod logs']];
  if (allDone) await complete(api, cluster, jobs, to);
  else await startJobs(api, upgrade, cluster, isDone ? standbys : ['pgdata'], jobs, fails);
  return [progressing];
}

/** Deletes the first backup's Job, so that PGO makes another, and says of which version the files are. */
async function complete(api: Api, cluster: PostgresCluster, jobs: readonly Workload[], to: number): Promise<void> {
  const backups = jobs.filter((job) => job.metadata.labels?.[label('pgbackrest-backup')] === 'replica-create');
  for (const { metadata } of backups) await api.delete(`/apis/batch/v1/namespaces/${metadata.namespace}/jobs/${metadata.name}`);
  const status = { postgresVersion: to, pgbackrest: { repos: [] } };
  await api.patch(`${namespaced(cluster, 'postgresclusters')}/${cluster.metadata.name}/status`, { status });
}

async function startJobs(
  api: Api,
  upgrade: PGUpgrade,
  cluster: PostgresCluster,
  names: readonly string[],
  jobs: readonly Workload[],
  fails: boolean,
): Promise<void> {
  const wanted = names.map((each) => `${upgrade.metadata.name}-${each}`);
  for (const name of wanted.filter((each) => !jobs.some((job) => job.metadata.name === each)))
    await api.create(`/apis/batch/v1/namespaces/${cluster.metadata.namespace}/jobs`, job(upgrade, cluster, name, fails));
}

function job(upgrade: PGUpgrade, cluster: PostgresCluster, name: string, fails: boolean): Manifest {
  const { namespace, name: owner, uid } = upgrade.metadata;
  const role = name === `${owner}-pgdata` ? 'pgupgrade' : 'removedata';
  const labels = { ...labelsOf(cluster), [label('pgupgrade')]: owner, [label('role')]: role };
  const template = {
    metadata: { labels, annotations: fails ? { 'stand-in/exit-code': '1' } : {} },
    spec: { restartPolicy: 'Never', containers: [{ name: 'database', image: 'crunchy-upgrade' }] },
  };
  const ownerReferences = [{ apiVersion: API_VERSION, kind: 'PGUpgrade', name: owner, uid, controller: true, blockOwnerDeletion: true }];
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, labels, ...{ ownerReferences } },
    spec: { backoffLimit: 0, template },
  };
}

function isShutDown({ metadata, spec, status }: PostgresCluster): boolean {
  const counts = (status?.instances ?? []) as readonly { readonly replicas?: number }[];
  return spec.shutdown === true && status?.observedGeneration === metadata.generation && counts.every(({ replicas = 0 }) => replicas === 0);
}

const has = (job: Workload | undefined, type: string): boolean =>
  job?.status.conditions?.some((each) => each.type === type && each.status === 'True') ?? false;

function isComplete(jobs: readonly Workload[], name: string): boolean {
  return has(
    jobs.find(({ metadata }) => metadata.name === name),
    'Complete',
  );
}

async function write(api: Api, upgrade: PGUpgrade, verdicts: readonly Verdict[]): Promise<void> {
  const before = upgrade.status?.conditions ?? [];
  const isSame = ([type, status, reason]: Verdict): boolean =>
    before.some((each) => each.type === type && each.status === status && each.reason === reason);
  if (verdicts.every(isSame)) return;
  const lastTransitionTime = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const conditions = verdicts.map(([type, status, reason, message]): Condition => {
    return { type, status, reason, message, observedGeneration: upgrade.metadata.generation, lastTransitionTime };
  });
  const kept = before.filter(({ type }) => !conditions.some((each) => each.type === type));
  await api.patch(`${namespaced(upgrade, 'pgupgrades')}/${upgrade.metadata.name}/status`, {
    status: { conditions: [...kept, ...conditions] },
  });
}

function namespaced({ metadata }: Live, plural: string): string {
  return `/apis/${API_VERSION}/namespaces/${metadata.namespace}/${plural}`;
}
