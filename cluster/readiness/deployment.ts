import type { LiveObject } from '../object';
import { unobserved } from './conditions';
import { countAt, numberAt } from './fields';
import { READY, type State, waiting } from './readiness';
import { rolledOut } from './rollout';

/**
 * By the numbers, as `kubectl rollout status` goes by them. That progressDeadlineSeconds have passed is no failure here: the controller goes on
 * all the same, and a Deployment that waited too long for somebody's Secret still says so when the Secret is there at last.
 */
export function deployment(object: LiveObject): State {
  const { status } = object;
  const wanted = numberAt(object, 'spec', 'replicas') ?? 1;
  return (
    unobserved(object, 'never') ??
    rolledOut({ noun: 'replicas', wanted, ready: countAt(status, 'availableReplicas'), updated: countAt(status, 'updatedReplicas') }) ??
    leftOver(countAt(status, 'replicas') - wanted) ??
    READY
  );
}

function leftOver(count: number): State | undefined {
  if (count <= 0) return undefined;
  return waiting(count === 1 ? '1 old replica has not gone yet' : `${count} old replicas have not gone yet`);
}
