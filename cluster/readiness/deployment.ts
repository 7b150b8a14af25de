import type { LiveObject } from '../objects/live-object';
import { unobserved } from './conditions';
import { countAt, numberAt } from './fields';
import { READY, type State } from './readiness';
import { rolledOut } from './rollout';

/**
 * By the numbers, as `kubectl rollout status` goes by them. That progressDeadlineSeconds have passed is no failure here: the controller goes on
 * all the same, and a Deployment that waited too long for somebody's Secret still says so when the Secret is there at last.
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
  return unobserved(object, 'never') ?? rolledOut(rollout) ?? READY;
}
