import { valueAt } from '../../manifests/fields';
import { conditionOf, type LiveObject } from '../objects/live-object';
import { saying } from './conditions';
import { countAt } from './fields';
import { failed, READY, type State, waiting } from './readiness';

/** Ready when it has done its work. A Job's pods cannot change, so its conditions are never of an older generation. */
export function job(object: LiveObject): State {
  // The first of each pair comes as soon as the outcome is certain, and the second when the last pod has gone.
  for (const type of ['FailureTarget', 'Failed']) {
    const condition = conditionOf(object, type);
    if (condition?.status === 'True') return failed(condition.reason ? `${condition.reason}: ${saying(condition)}` : saying(condition));
  }
  if (['SuccessCriteriaMet', 'Complete'].some((type) => conditionOf(object, type)?.status === 'True')) return READY;
  if (valueAt(object, 'spec', 'suspend') === true) return waiting('is suspended');
  const tries = countAt(object, 'status', 'failed');
  if (countAt(object, 'status', 'active') === 0 && tries === 0) return waiting('has not started yet');
  return waiting(tries === 0 ? 'is running' : `is running, after ${tries} failed ${tries === 1 ? 'try' : 'tries'}`);
}
