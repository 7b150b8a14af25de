import { conditionOf, type LiveObject } from '../objects/live-object';
import { describeCondition } from './conditions';
import { failed, READY, type State, waiting } from './readiness';

/** Ready when the API server serves its kind. */
export function customResourceDefinition(object: LiveObject): State {
  const names = conditionOf(object, 'NamesAccepted');
  if (names?.status === 'False') return failed(describeCondition(names));
  return conditionOf(object, 'Established')?.status === 'True' ? READY : waiting('is not established yet');
}
