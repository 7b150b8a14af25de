import { valueAt } from '../../manifests/fields';
import { conditionOf, type LiveObject } from '../objects/live-object';
import { sentence } from './conditions';
import { textAt } from './fields';
import { podTrouble } from './pod-trouble';
import { failed, READY, type State, waiting } from './readiness';

/** Ready when it serves, or has done its work. */
export function pod(object: LiveObject): State {
  const phase = textAt(object, 'status', 'phase') ?? 'Pending';
  if (phase === 'Succeeded' || conditionOf(object, 'Ready')?.status === 'True') return READY;
  if (phase === 'Failed') return failed(sentence(valueAt(object, 'status', 'message')) ?? podTrouble(object) ?? 'has failed');
  return waiting(podTrouble(object) ?? (phase === 'Running' ? 'is running, but not ready' : `is ${phase.toLowerCase()}`));
}
