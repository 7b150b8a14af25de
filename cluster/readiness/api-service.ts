import { conditionOf, type LiveObject } from '../objects/live-object';
import { describeCondition } from './conditions';
import { READY, type State, waiting } from './readiness';

/** Ready when its server answers. */
export function apiService(object: LiveObject): State {
  const available = conditionOf(object, 'Available');
  if (available?.status === 'True') return READY;
  return waiting(available === undefined ? 'is not available yet' : describeCondition(available));
}
