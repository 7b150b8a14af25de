import { FINALIZER, usernameOf } from '../app-user/app-user';
import type { Action, Settle } from './action';
import { create } from './create';
import type { Knowledge, World } from './knowledge';
import { retire } from './retire';
import { type Problem, statusAction, waitingAction } from './status';
import { update } from './update';
import { secretNameOf } from '../credentials/credentials';

/** A step, or why there is none; undefined when all is as wanted. */
export type Step = Action | Problem | undefined;

/**
 * The next step for one AppUser, from what is known of it. No step is remembered: whoever runs this again, after whatever interruption, goes
 * on where things stand.
 */
export function decide(knowledge: Knowledge, world: World): Action {
  const { appUser, failure } = knowledge;
  const kept = appUser.finalizers.includes(FINALIZER);
  if (appUser.deleting && !kept) return { kind: 'settle' };
  // Before anything is made: afterwards nothing must be forgotten.
  if (!kept) return { kind: 'add-finalizer' };
  if (failure?.kind === 'unavailable') {
    if (appUser.deleting && knowledge.applicationGone) return released(knowledge);
    const settle: Settle = { kind: 'settle', waiting: { afterSeconds: failure.retryAfterSeconds } };
    return waitingAction(knowledge, world, failure) ?? settle;
  }
  const step = appUser.deleting ? retire(knowledge) : provide(knowledge, world);
  if (step && 'kind' in step) return step;
  return statusAction(knowledge, world, step) ?? { kind: 'settle' };
}

/** Towards an account that is as the AppUser wants it. */
function provide(knowledge: Knowledge, world: World): Step {
  const { appUser, account, credentials } = knowledge;
  const secretName = secretNameOf(appUser);
  if (secretName === undefined) {
    return {
      reason: 'Invalid',
      message: 'metadata.name is too long: its Secret is called the same with "-cvat" at the end. Use at most 248 characters.',
    };
  }
  if (credentials?.kind === 'foreign') {
    const remedy = 'Delete it, or give this object another name.';
    return { reason: 'SecretConflict', message: `The Secret "${secretName}" was made by somebody else. ${remedy}` };
  }
  return account === undefined ? create(knowledge, world) : update(knowledge, account, world);
}

function released(knowledge: Knowledge): Action {
  const account = knowledge.appUser.status.userId === undefined ? 'Its account' : `Account ${knowledge.appUser.status.userId}`;
  const note = `${account} ("${usernameOf(knowledge.appUser)}") was left as it is: the application's Service does not exist any more.`;
  return { kind: 'release-finalizer', notice: { type: 'Warning', reason: 'ApplicationGone', note } };
}
