import type { LiveObject } from '../objects/live-object';
import { byReadyCondition } from './by-conditions';
import { currentCondition, describeCondition } from './conditions';
import { failed, type ReadinessContext, READY, type State } from './readiness';

/** Reasons that only a change of an AppUser ends. All others may pass: the application starts, or an administrator acts. */
const NEEDS_CHANGE = ['Invalid', 'EmailConflict', 'NameConflict'];

/** Ready when the person has the account. Without an operator in the environment, ready when it exists. */
export function appUser(object: LiveObject, context: ReadinessContext): State {
  if (context.operatorsOf(object).length === 0) return READY;
  const ready = currentCondition(object, 'Ready');
  if (ready?.status === 'False' && NEEDS_CHANGE.includes(ready.reason ?? '')) return failed(describeCondition(ready));
  return byReadyCondition(object);
}
