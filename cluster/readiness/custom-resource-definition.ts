import { conditionOf, type LiveObject } from '../objects/live-object';
import { saying } from './conditions';
import { failed, READY, type State, waiting } from './readiness';

/** Ready when the API server takes objects of its kind. */
export function customResourceDefinition(object: LiveObject): State {
  const names = conditionOf(object, 'NamesAccepted');
  if (names?.status === 'False') return failed(saying(names));
  return conditionOf(object, 'Established')?.status === 'True' ? READY : waiting('is not established yet');
}
