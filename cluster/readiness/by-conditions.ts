import { type Condition, conditionOf, type LiveObject } from '../objects/live-object';
import { currentCondition, NOT_OBSERVED, describeCondition, notObserved } from './conditions';
import { failed, READY, type State, waiting } from './readiness';

/**
 * For kinds without a rule of their own: by the conditions that many kinds share. An object without conditions is ready when it exists.
 * https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md
 */
export function byConditions(object: LiveObject): State {
  return conditionOf(object, 'Ready') ? byReadyCondition(object) : (stalled(object) ?? reconciling(object) ?? notObserved(object) ?? READY);
}

/**
 * For kinds whose controller always sets a Ready condition, such as cert-manager's: without one, or with one of an older generation, the
 * controller has not reconciled the object yet.
 */
export function byReadyCondition(object: LiveObject): State {
  const ready = currentCondition(object, 'Ready');
  const stuck = stalled(object, ready);
  if (stuck) return stuck;
  if (ready === undefined) return waiting(NOT_OBSERVED);
  if (ready.status !== 'True') return waiting(describeCondition(ready));
  return reconciling(object) ?? notObserved(object) ?? READY;
}

/** Controllers set Stalled when they do not retry until the spec changes; the message is in Ready. */
function stalled(object: LiveObject, ready?: Condition): State | undefined {
  const condition = currentCondition(object, 'Stalled');
  return condition?.status === 'True' ? failed(describeCondition(ready?.status === 'False' ? ready : condition)) : undefined;
}

function reconciling(object: LiveObject): State | undefined {
  const condition = currentCondition(object, 'Reconciling');
  return condition?.status === 'True' ? waiting(describeCondition(condition)) : undefined;
}
