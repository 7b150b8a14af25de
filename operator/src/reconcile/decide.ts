import { type AppUser, FINALIZER, uidOfTemporaryUsername, usernameOf } from '../app-user/app-user';
import type { Action, Problem, Settle, Step } from './action';
import { create } from './create';
import type { ReconcileContext } from './context';
import type { Observation } from './observation';
import { finalize } from './finalize';
import { statusAction, waitingAction } from './status';
import { closeSurplus } from './surplus';
import { update } from './update';
import { LONGEST_APP_USER_NAME, secretNameOf } from '../credentials/credentials';

/**
 * The next step for one AppUser, from what is known of it. No step is remembered: running this again, after any interruption, goes
 * on where things stand.
 */
export function decide(observation: Observation, context: ReconcileContext): Action {
  const { appUser, failure } = observation;
  const kept = appUser.finalizers.includes(FINALIZER);
  if (appUser.deleting && !kept) return { kind: 'settle' };
  // Before anything is made: afterwards nothing must be forgotten.
  if (!kept) return { kind: 'add-finalizer' };
  if (failure?.kind === 'unavailable') {
    if (appUser.deleting && observation.applicationGone) return released(observation);
    const settle: Settle = { kind: 'settle', waiting: { afterSeconds: failure.retryAfterSeconds } };
    return waitingAction(observation, context, failure) ?? settle;
  }
  const step = appUser.deleting ? finalize(observation) : provide(observation, context);
  if (step && 'kind' in step) return step;
  return statusAction(observation, context, step) ?? { kind: 'settle' };
}

/** Towards an account that is as the AppUser wants it. */
function provide(observation: Observation, context: ReconcileContext): Step {
  const { appUser, account, credentials } = observation;
  const surplus = observation.failure ? undefined : closeSurplus(observation);
  if (surplus) return surplus;
  const secretName = secretNameOf(appUser);
  if (secretName === undefined) {
    return {
      reason: 'Invalid',
      message: `metadata.name: must have at most ${LONGEST_APP_USER_NAME} characters, because the Secret's name is derived from it. Use a shorter name.`,
    };
  }
  if (uidOfTemporaryUsername(usernameOf(appUser)) !== undefined) return temporaryUsername(appUser);
  if (credentials?.kind === 'foreign') {
    const remedy = 'Delete it, or give this object another name.';
    return { reason: 'SecretConflict', message: `Secret "${secretName}" exists and is not the operator's. ${remedy}` };
  }
  return account === undefined ? create(observation, context) : update(observation, account, context);
}

/** An account with such a username would be taken for one that another AppUser registered late, and closed. */
function temporaryUsername(appUser: AppUser): Problem {
  const field = appUser.spec.username === undefined ? 'metadata.name' : 'spec.username';
  const message = `${field}: must not be "app-user-" and a UID, which is the form of temporary usernames; got "${usernameOf(appUser)}".`;
  return { reason: 'Invalid', message: `${message} Delete this object and create it with another username.` };
}

function released(observation: Observation): Action {
  const account = observation.appUser.status.userId === undefined ? 'Its account' : `Account ${observation.appUser.status.userId}`;
  const note = `${account} ("${usernameOf(observation.appUser)}") was not changed: the application's Service does not exist.`;
  return { kind: 'release-finalizer', notice: { type: 'Warning', reason: 'ApplicationGone', note } };
}
