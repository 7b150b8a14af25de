import { conditionOf, type LiveObject } from '../objects/live-object';
import { currentCondition, describeCondition, NOT_OBSERVED } from './conditions';
import { failed, READY, type State, waiting } from './readiness';

/** Reasons of Progressing=False that only another spec ends. */
const INVALID = ['PGUpgradeInvalid', 'PGUpgradeInvalidForCluster'];
/** The reason that the cluster already runs the version: no upgrade is needed. */
const DONE = ['PGUpgradeResolved', 'PGUpgradeCompleted'];

/**
 * Ready when the upgrade has succeeded, or when the cluster already runs the version. Waits while the PostgresCluster is not shut down, or does
 * not have the annotation that allows the upgrade: the message of the condition says which.
 */
export function pgUpgrade(object: LiveObject): State {
  const succeeded = conditionOf(object, 'Succeeded');
  if (succeeded?.status === 'True') {
    // PGO ignores later changes of a PGUpgrade that has succeeded.
    return currentCondition(object, 'Succeeded') === undefined
      ? failed('has already succeeded, and PGO ignores changes of it. Create a PGUpgrade with another name')
      : READY;
  }
  if (succeeded?.status === 'False') {
    const { namespace = '', name } = object.metadata;
    // The Jobs that delete the old files of standbys come after it.
    const log = `kubectl -n ${namespace} logs job/${name}-pgdata`;
    return failed(`${describeCondition(succeeded)}. Read its log: ${log}. docs/upgrading.md says how to go back`);
  }
  const progressing = currentCondition(object, 'Progressing');
  if (progressing === undefined) return waiting(NOT_OBSERVED);
  if (progressing.status === 'True') return waiting('is upgrading');
  if (DONE.includes(progressing.reason ?? '')) return READY;
  return (INVALID.includes(progressing.reason ?? '') ? failed : waiting)(describeCondition(progressing));
}
