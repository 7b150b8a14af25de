import { type AppUser, conditionOf, emailAddressOf, temporaryUsernameOf, usernameOf } from '../app-user/app-user';
import type { Step } from './action';
import type { ReconcileContext } from './context';
import type { Observation } from './observation';
import { hasPasswordOfNone, isOf } from './ownership';
import { emailConflict, nameConflict, refusalProblem, usernameConflict } from './problems';

/** The next step when the AppUser has no account. */
export function create(observation: Observation, context: ReconcileContext): Step {
  const { appUser, credentials } = observation;
  const username = usernameOf(appUser);
  const secret = credentials?.kind === 'ours' ? credentials : undefined;
  const conflict =
    refusalProblem(observation) ??
    nameConflict(appUser, context) ??
    emailConflict(observation, context) ??
    usernameConflict(username, undefined, context);
  if (conflict) {
    return 'reason' in conflict && hasPasswordOfNone(observation) ? { kind: 'delete-credentials' } : conflict;
  }
  // The Secret comes first: if the operator is killed in between, its password proves whose account this is, and the person has it.
  if (secret?.password === undefined || !isOf(appUser, secret)) {
    if (wasRefused(appUser) && !observation.creationAllowed) return { kind: 'check-creation', username: temporaryUsernameOf(appUser) };
    const content = { url: context.publicUrl, username, emailAddress: emailAddressOf(appUser), appUserUid: appUser.uid };
    return { kind: 'write-credentials', content, newPassword: true };
  }
  const notice = { type: 'Normal', reason: 'Created', note: `Created account "${username}".` } as const;
  return { kind: 'create-account', username: temporaryUsernameOf(appUser), notice };
}

/**
 * Whether the application may have refused to create the account the last time. Then it is asked again before a Secret is written: otherwise each
 * resync would write a Secret and delete it.
 */
function wasRefused(appUser: AppUser): boolean {
  return ['Invalid', 'Forbidden', 'NameConflict'].includes(conditionOf(appUser, 'Ready')?.reason ?? '');
}
