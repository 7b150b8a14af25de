import { valueAt } from '../../manifests/fields';
import { conditionOf, type LiveObject } from '../objects/live-object';
import { currentCondition, describeCondition, firstSentence, isTrue, notObserved } from './conditions';
import { deployment } from './deployment';
import { postgresBackups } from './postgres-backups';
import { imagesOf } from './postgres-template';
import { postgresInstances } from './postgres-instances';
import { postgresUpgrade } from './postgres-upgrade';
import { textAt } from './fields';
import { failed, type ReadinessContext, READY, type State, waiting } from './readiness';

/**
 * A PostgresCluster is ready when the pods that run are those of its spec, and every repository works. Its status alone does not say so: PGO
 * writes observedGeneration together with counts from before it applies its StatefulSets, and also when a later step failed. So the
 * StatefulSets' revisions and the pods are read as well. There is no condition Ready. The users' Secrets are in the contract.
 * https://github.com/CrunchyData/postgres-operator/blob/main/internal/controller/postgrescluster/controller.go
 */
export async function postgresCluster(object: LiveObject, context: ReadinessContext): Promise<State> {
  if (object['status'] === undefined) return waiting('PGO has not reconciled it yet');
  const ofStatus = restore(object) ?? resize(object) ?? paused(object) ?? notObserved(object, { always: true });
  if (ofStatus !== undefined) return ofStatus;
  const images = await imagesOf(object, context);
  return (
    (await postgresInstances(object, images, context)) ??
    (await postgresUpgrade(object, context)) ??
    (await pgBouncer(object, context)) ??
    (await postgresBackups(object, images, context)) ??
    READY
  );
}

/** While PGO restores, it observes no generation. A restore that failed is not retried. */
function restore(object: LiveObject): State | undefined {
  const initialized = currentCondition(object, 'PostgresDataInitialized');
  if (initialized?.status === 'False' && initialized.reason === 'PGBackRestRestoreFailed') {
    const { namespace = '', name } = object.metadata;
    const log = `kubectl -n ${namespace} logs job/${name}-pgbackrest-restore`;
    return failed(`the restore failed: ${describeCondition(initialized)}. Read its log: ${log}`);
  }
  // The type is spelled so.
  const progressing = conditionOf(object, 'PGBackRestoreProgressing');
  if (progressing?.status === 'True') return waiting(`restoring from a backup: ${describeCondition(progressing)}`);
  const requested = requestedRestore(object);
  const done = textAt(object, 'status', 'pgbackrest', 'restore', 'id');
  return requested === undefined || requested === done ? undefined : waiting(`the restore ${requested} has not begun yet`);
}

/** The id of a restore in place. PGO begins it when the annotation changes, which changes no generation. */
function requestedRestore({ metadata, spec }: LiveObject): string | undefined {
  const isEnabled = valueAt(spec, 'backups', 'pgbackrest', 'restore', 'enabled') === true;
  return (isEnabled && metadata.annotations?.['postgres-operator.crunchydata.com/pgbackrest-restore']) || undefined;
}

/** Why a volume keeps its old size: PGO has these conditions for as long as it is so, and retries without end. */
export function resizeFailure(object: LiveObject): string | undefined {
  const error = conditionOf(object, 'PersistentVolumeResizeError');
  const resizing = conditionOf(object, 'PersistentVolumeResizing');
  const condition = error?.status === 'True' ? error : resizing?.status === 'False' ? resizing : undefined;
  if (condition === undefined) return undefined;
  const remedy =
    condition.reason === 'Invalid'
      ? 'A volume cannot shrink: set its size back.'
      : 'Set the size back, or move the data to a StorageClass with allowVolumeExpansion: true.';
  const message = firstSentence(condition.message);
  return `a volume cannot be resized (${condition.reason ?? condition.type}${message === undefined ? '' : `: ${message}`}). ${remedy}`;
}

function resize(object: LiveObject): State | undefined {
  const failure = resizeFailure(object);
  if (failure !== undefined) return failed(failure);
  const resizing = conditionOf(object, 'PersistentVolumeResizing');
  return resizing?.status === 'True' ? waiting(`a volume is being resized: ${describeCondition(resizing)}`) : undefined;
}

/** PGO has this condition only while it does nothing: with spec.paused, or until the removal of all backups is authorized. */
function paused(object: LiveObject): State | undefined {
  const progressing = currentCondition(object, 'Progressing');
  return progressing?.status === 'False' && progressing.reason === 'Paused'
    ? failed(`is paused: ${describeCondition(progressing)}`)
    : undefined;
}

/** The condition stays true while the Deployment rolls. */
async function pgBouncer(object: LiveObject, context: ReadinessContext): Promise<State | undefined> {
  if (valueAt(object, 'spec', 'proxy', 'pgBouncer') === undefined || valueAt(object, 'spec', 'shutdown') === true) return undefined;
  const { namespace = '', name } = object.metadata;
  const found = await context.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: `${name}-pgbouncer` });
  if (found === undefined || !isTrue(object, 'ProxyAvailable')) return waiting('waits for its PgBouncer');
  const state = deployment(found);
  return state.state === 'ready' ? undefined : { ...state, reason: `PgBouncer: ${state.reason}` };
}
