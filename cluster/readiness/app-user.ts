import type { LiveObject } from '../objects/live-object';
import { byReadyCondition } from './by-conditions';
import { currentCondition, saying } from './conditions';
import { failed, type ReadinessContext, READY, type State } from './readiness';

/** What somebody has to change first, in an AppUser. All else passes: the application comes up, or an administrator does something. */
const FOR_A_PERSON = ['Invalid', 'EmailConflict', 'NameConflict'];

/** Ready when the person has the account. Without an operator the object just sits there. */
export function appUser(object: LiveObject, look: ReadinessContext): State {
  if (!look.isOperated(object)) return READY;
  const ready = currentCondition(object, 'Ready');
  if (ready?.status === 'False' && FOR_A_PERSON.includes(ready.reason ?? '')) return failed(saying(ready));
  return byReadyCondition(object);
}
