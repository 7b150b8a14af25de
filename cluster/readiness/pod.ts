import { valueAt } from '../../manifests/fields';
import { conditionOf, type LiveObject } from '../objects/live-object';
import { firstSentence } from './conditions';
import { textAt } from './fields';
import { podProblem } from './pod-problem';
import { failed, READY, type State, waiting } from './readiness';

/** Ready when it is Ready, or has succeeded. */
export function pod(object: LiveObject): State {
  const phase = textAt(object, 'status', 'phase') ?? 'Pending';
  if (phase === 'Succeeded' || conditionOf(object, 'Ready')?.status === 'True') return READY;
  if (phase === 'Failed') return failed(firstSentence(valueAt(object, 'status', 'message')) ?? podProblem(object) ?? 'failed');
  return waiting(podProblem(object) ?? (phase === 'Running' ? 'is running, but not ready' : `is ${phase.toLowerCase()}`));
}
