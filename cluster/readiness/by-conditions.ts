import { type Condition, conditionOf, type LiveObject } from '../objects/live-object';
import { currentCondition, NOT_TAKEN_UP, saying, unobserved } from './conditions';
import { failed, READY, type State, waiting } from './readiness';

/**
 * For kinds that nothing more is known of, by the conditions that many of them share. One without conditions is ready when it exists.
 * https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md
 */
export function byConditions(object: LiveObject): State {
  return conditionOf(object, 'Ready') ? byReadyCondition(object) : (stalled(object) ?? reconciling(object) ?? unobserved(object) ?? READY);
}

/** For kinds whose controller always sets a Ready condition: without one, or with one of an older generation, nobody has looked yet. */
export function byReadyCondition(object: LiveObject): State {
  const ready = currentCondition(object, 'Ready');
  const stuck = stalled(object, ready);
  if (stuck) return stuck;
  if (ready === undefined) return waiting(NOT_TAKEN_UP);
  if (ready.status !== 'True') return waiting(saying(ready));
  return reconciling(object) ?? unobserved(object) ?? READY;
}

/** Stalled is what controllers say when they have given up until the spec changes; why, they say in Ready. */
function stalled(object: LiveObject, ready?: Condition): State | undefined {
  const condition = currentCondition(object, 'Stalled');
  return condition?.status === 'True' ? failed(saying(ready?.status === 'False' ? ready : condition)) : undefined;
}

function reconciling(object: LiveObject): State | undefined {
  const condition = currentCondition(object, 'Reconciling');
  return condition?.status === 'True' ? waiting(saying(condition)) : undefined;
}
