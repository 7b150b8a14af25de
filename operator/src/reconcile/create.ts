import { emailAddressOf, temporaryUsernameOf, usernameOf } from '../app-user/app-user';
import { emailConflict, nameConflict, usernameConflict, refusalProblem } from './problems';
import type { Step } from './action';
import type { ReconcileContext } from './context';
import type { Observation } from './observation';
import { isOf } from './ownership';

/** Towards an account where there is none. */
export function create(observation: Observation, context: ReconcileContext): Step {
  const { appUser, credentials } = observation;
  const username = usernameOf(appUser);
  const conflict =
    refusalProblem(observation) ??
    nameConflict(appUser, context) ??
    emailConflict(appUser, undefined, context) ??
    usernameConflict(username, undefined, context);
  if (conflict) return conflict;
  const secret = credentials?.kind === 'ours' ? credentials : undefined;
  // First the Secret: if the operator dies in between, its password proves that the account is ours, and nobody lacks a password.
  if (secret?.password === undefined || !isOf(appUser, secret)) {
    const content = { url: context.publicUrl, username, emailAddress: emailAddressOf(appUser), appUserUid: appUser.uid };
    return { kind: 'write-credentials', content, newPassword: true };
  }
  return {
    kind: 'create-account',
    username: username.length < context.shortestUsername ? temporaryUsernameOf(appUser) : username,
    notice: { type: 'Normal', reason: 'Created', note: `Made the account "${username}".` },
  };
}
