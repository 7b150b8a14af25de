import type { LiveObject } from '../objects/live-object';
import { notObserved } from './conditions';
import { countAt, numberAt } from './fields';
import { READY, type State } from './readiness';
import { rolledOut } from './rollout';

/**
 * By the replica counts, as `kubectl rollout status`. ProgressDeadlineExceeded is not a failure: the controller continues, and the condition
 * stays while a Deployment that waited too long for a Secret becomes ready.
 */
export function deployment(object: LiveObject): State {
  const { spec, status } = object;
  const rollout = {
    noun: 'replicas',
    wanted: numberAt(spec, 'replicas') ?? 1,
    ready: countAt(status, 'availableReplicas'),
    updated: countAt(status, 'updatedReplicas'),
    present: countAt(status, 'replicas'),
  };
  return notObserved(object, { always: true }) ?? rolledOut(rollout) ?? READY;
}
