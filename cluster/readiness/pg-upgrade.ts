import { conditionOf, isOwnedBy, type LiveObject } from '../objects/live-object';
import { currentCondition, describeCondition, NOT_OBSERVED } from './conditions';
import { textAt } from './fields';
import { label } from './postgres-instances';
import { failed, type ReadinessContext, READY, type State, waiting } from './readiness';

/** Reasons of Progressing=False that only another spec ends. */
const INVALID = ['PGUpgradeInvalid', 'PGUpgradeInvalidForCluster'];
/** The reason that the cluster already runs the version: no upgrade is needed. */
const DONE = ['PGUpgradeResolved', 'PGUpgradeCompleted'];

/**
 * Ready when the upgrade has succeeded, or when the cluster already runs the version. Waits while the PostgresCluster is not shut down, or does
 * not have the annotation that allows the upgrade: the message of the condition says which.
 */
export async function pgUpgrade(object: LiveObject, context: ReadinessContext): Promise<State> {
  const succeeded = conditionOf(object, 'Succeeded');
  if (succeeded?.status === 'True') {
    // PGO ignores later changes of a PGUpgrade that has succeeded.
    return currentCondition(object, 'Succeeded') === undefined
      ? failed('has already succeeded, and PGO ignores changes of it. Create a PGUpgrade with another name')
      : READY;
  }
  const progressing = currentCondition(object, 'Progressing');
  if (succeeded === undefined && DONE.includes(progressing?.reason ?? '')) return READY;
  const jobs = await jobsOfCluster(object, context);
  const others = await otherUpgrade(object, jobs, context);
  if (others !== undefined) return others;
  if (succeeded?.status === 'False') {
    const own = jobs.filter((job) => isOwnedBy(job, object));
    const failedJob = own.find((job) => conditionOf(job, 'Failed')?.status === 'True');
    // PGO keeps the condition when it tries again.
    if (failedJob === undefined && own.length > 0) return waiting('is upgrading');
    const { namespace = '', name } = object.metadata;
    const log = `kubectl -n ${namespace} logs job/${failedJob?.metadata.name ?? `${name}-pgdata`}`;
    return failed(`${describeCondition(succeeded)}. Read its log: ${log}. docs/upgrading.md says how to go back`);
  }
  if (progressing === undefined) return waiting(NOT_OBSERVED);
  if (progressing.status === 'True') return waiting('is upgrading');
  return (INVALID.includes(progressing.reason ?? '') ? failed : waiting)(describeCondition(progressing));
}

/** The Jobs of all PGUpgrades of the cluster. */
async function jobsOfCluster(object: LiveObject, context: ReadinessContext): Promise<readonly LiveObject[]> {
  const labels = `${label('cluster')}=${textAt(object, 'spec', 'postgresClusterName') ?? ''},${label('pgupgrade')}`;
  return context.list({ apiVersion: 'batch/v1', kind: 'Job' }, { namespace: object.metadata.namespace ?? '', labels });
}

/**
 * The Jobs of another PGUpgrade. PGO finds its own by their names, also those of a deleted PGUpgrade with the same name. Of the Jobs that delete the old
 * files of standbys it counts those of every PGUpgrade of the cluster: with others it skips its own, or never ends.
 * https://github.com/CrunchyData/postgres-operator/blob/v5.8.9/internal/controller/pgupgrade/pgupgrade_controller.go
 */
async function otherUpgrade(object: LiveObject, jobs: readonly LiveObject[], context: ReadinessContext): Promise<State | undefined> {
  const { namespace = '', name } = object.metadata;
  const job = jobs.find((each) => {
    const { labels = {} } = each.metadata;
    return !isOwnedBy(each, object) && (labels[label('role')] === 'removedata' || labels[label('pgupgrade')] === name);
  });
  if (job === undefined) return undefined;
  const other = job.metadata.labels?.[label('pgupgrade')] ?? '';
  const found = await context.get({ apiVersion: object.apiVersion, kind: 'PGUpgrade', namespace, name: other });
  if (other === name || found === undefined || found.metadata.deletionTimestamp !== undefined)
    return waiting(`waits until Job ${job.metadata.name} of the deleted PGUpgrade ${other} is deleted`);
  return failed(
    `PGUpgrade ${other} of the same cluster still exists, and PGO counts its Jobs as those of this upgrade. ` +
      `Delete it, and wait for this one: kubectl -n ${namespace} delete pgupgrade ${other} --cascade=foreground`,
  );
}
