import { ENVIRONMENT_LABEL } from '../../manifests/contract';
import { valueAt } from '../../manifests/fields';
import { conditionOf, type LiveObject } from '../objects/live-object';
import { describeCondition } from './conditions';
import { countAt } from './fields';
import { failed, READY, type State, waiting } from './readiness';

/** Ready when it is complete. A Job's pod template is immutable, so its conditions are never of an older generation. */
export function job(object: LiveObject): State {
  // The first of each pair is set as soon as the outcome is certain, the second when the last pod has terminated.
  for (const type of ['FailureTarget', 'Failed']) {
    const condition = conditionOf(object, type);
    if (condition?.status === 'True')
      return failed(`${condition.reason ? `${condition.reason}: ` : ''}${describeCondition(condition)}. ${remedyOf(object)}`);
  }
  if (['SuccessCriteriaMet', 'Complete'].some((type) => conditionOf(object, type)?.status === 'True')) return READY;
  if (valueAt(object, 'spec', 'suspend') === true) return waiting('is suspended: set spec.suspend to false');
  const tries = countAt(object, 'status', 'failed');
  if (countAt(object, 'status', 'active') === 0 && tries === 0) return waiting('has not started yet');
  return waiting(tries === 0 ? 'is running' : `is running, after ${tries} failed ${tries === 1 ? 'attempt' : 'attempts'}`);
}

/** A Job is never run again: deploy creates it when it does not exist. What is not of dist, its release creates. */
function remedyOf({ metadata: { namespace = 'default', name, labels } }: LiveObject): string {
  const log = `Read its log: kubectl -n ${namespace} logs job/${name}`;
  if (labels?.[ENVIRONMENT_LABEL] === undefined) return log;
  return `${log}. When the cause is fixed, delete it and deploy again: kubectl -n ${namespace} delete job ${name}`;
}
