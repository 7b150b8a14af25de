import { listOf, valueAt } from '../../manifests/fields';
import type { LiveObject } from '../objects/live-object';
import { currentCondition, isTrue } from './conditions';
import { countAt, textAt } from './fields';
import { imageNotApplied, type PostgresImages } from './postgres-template';
import { listOfCluster } from './postgres-instances';
import { type ReadinessContext, type State, waiting } from './readiness';
import { statefulSet } from './stateful-set';

/** How PGO abbreviates the types of backups in the names of their CronJobs. */
const TYPES = { full: 'full', differential: 'diff', incremental: 'incr' };

/**
 * Waiting until every repository of a cluster has its stanza and its CronJobs, and the first has the first backup. The conditions are about the
 * first repository only. PGO makes no first backup in another one: there the CronJob makes it, maybe in a week, so that it is not waited for,
 * but one that failed is reported.
 */
export async function postgresBackups(cluster: LiveObject, images: PostgresImages, context: ReadinessContext): Promise<State | undefined> {
  const { spec } = cluster;
  if (valueAt(spec, 'backups', 'pgbackrest') === undefined || valueAt(spec, 'shutdown') === true) return undefined;
  const host = await repositoryHost(cluster, images, context);
  if (host !== undefined) return host;
  const repositories = listOf(valueAt(spec, 'backups', 'pgbackrest', 'repos'));
  const withoutStanza = repositories.find((repository) => valueAt(statusOf(cluster, repository), 'stanzaCreated') !== true);
  if (withoutStanza !== undefined) {
    return waiting(`repository ${nameOf(withoutStanza)} has no stanza yet; if it stays so, check its location and credentials`);
  }
  const [first] = repositories;
  const isComplete = first === undefined || valueAt(statusOf(cluster, first), 'replicaCreateBackupComplete') === true;
  if (!isTrue(cluster, 'PGBackRestReplicaCreate') || !isComplete) return waiting('waits for its first backup');
  return schedules(cluster, repositories, context);
}

/** Only repositories on volumes have a host, and only then there is the condition. */
async function repositoryHost(cluster: LiveObject, images: PostgresImages, context: ReadinessContext): Promise<State | undefined> {
  if (currentCondition(cluster, 'PGBackRestRepoHostReady')?.status === 'False') return waiting('waits for its repository host');
  const sets = await listOfCluster(cluster, 'StatefulSet', context);
  const host = sets.find(({ metadata }) => metadata.name === `${cluster.metadata.name}-repo-host`);
  if (host === undefined) return undefined;
  const image = imageNotApplied(host, 'pgbackrest', images.pgbackrest);
  if (image !== undefined) return image;
  const state = statefulSet(host);
  return state.state === 'ready' ? undefined : { ...state, reason: `repository host: ${state.reason}` };
}

async function schedules(cluster: LiveObject, repositories: readonly unknown[], context: ReadinessContext): Promise<State | undefined> {
  const scheduled = repositories.flatMap((repository) =>
    Object.entries(TYPES)
      .filter(([type]) => valueAt(repository, 'schedules', type) !== undefined)
      .map(([, type]) => `${cluster.metadata.name}-${nameOf(repository)}-${type}`),
  );
  if (scheduled.length === 0) return undefined;
  const cronJobs = await listOfCluster(cluster, 'CronJob', context);
  const missing = scheduled.find((name) => !cronJobs.some(({ metadata }) => metadata.name === name));
  if (missing !== undefined) return waiting(`CronJob ${missing} does not exist yet`);
  const backups = listOf(valueAt(cluster, 'status', 'pgbackrest', 'scheduledBackups'));
  const failing = repositories.find((repository) => {
    const own = backups.filter((backup) => textAt(backup, 'repo') === nameOf(repository));
    return own.some((backup) => countAt(backup, 'failed') > 0) && own.every((backup) => countAt(backup, 'succeeded') === 0);
  });
  return failing === undefined ? undefined : waiting(`no scheduled backup to repository ${nameOf(failing)} has succeeded, and one failed`);
}

function nameOf(repository: unknown): string {
  return textAt(repository, 'name') ?? '';
}

function statusOf(cluster: LiveObject, repository: unknown): unknown {
  const all = listOf(valueAt(cluster, 'status', 'pgbackrest', 'repos'));
  return all.find((status) => textAt(status, 'name') === nameOf(repository));
}
