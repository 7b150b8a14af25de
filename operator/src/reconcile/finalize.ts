import type { Account } from '../accounts/account';
import { closeSurplus } from './surplus';
import { describe, refusalProblem } from './problems';
import type { Step } from './action';
import type { Observation } from './observation';
import { isOf, registeredEmailAddressOf } from './ownership';

/** The next step for a deleted AppUser: closing its account, and then releasing its finalizer. */
export function finalize(observation: Observation): Step {
  const { appUser, account, ownership, credentials } = observation;
  const ours = ownership === 'ours' ? account : undefined;
  const secret = credentials?.kind === 'ours' && (ours !== undefined || isOf(appUser, credentials)) ? credentials : undefined;
  const surplus = refusalProblem(observation) ? undefined : closeSurplus(observation);
  if (surplus) return surplus;
  if (ours?.privileged) {
    const note = `${describe(ours)} was not changed: the operator never changes such an account.`;
    return { kind: 'release-finalizer', notice: { type: 'Warning', reason: 'LeftAlone', note } };
  }
  const refusal = refusalProblem(observation);
  if (refusal) return refusal;
  if (ours !== undefined) {
    const registeredEmailAddress = registeredEmailAddressOf(ours, secret);
    const record = {
      registeredEmailAddress,
      username: ours.username,
      emailAddress: ours.emailAddress,
      userId: ours.id,
      appUserUid: appUser.uid,
    };
    // By which an AppUser of the same name finds the account again, and by which this Secret is found when the account is gone.
    if (secret !== undefined && (secret.userId !== ours.id || secret.emailAddress !== ours.emailAddress || !isOf(appUser, secret))) {
      const { url, password, passwordUnknown } = secret;
      const rest = { url, ...(password !== undefined && { password }), ...(passwordUnknown && { passwordUnknown }) };
      return { kind: 'write-credentials', content: { ...record, ...rest }, newPassword: false };
    }
    if (appUser.spec.deletionPolicy === 'Delete') return remove(ours);
    return ours.active ? deactivate(ours) : { kind: 'release-finalizer' };
  }
  if (secret !== undefined) return { kind: 'delete-credentials' };
  if (account !== undefined && account.id === appUser.status.userId) {
    const note = `${describe(account)} was not changed: it cannot be shown to be the account of this object.`;
    return { kind: 'release-finalizer', notice: { type: 'Warning', reason: 'LeftAlone', note } };
  }
  return { kind: 'release-finalizer' };
}

function remove({ id }: Account): Step {
  return { kind: 'remove-account', id, notice: { type: 'Normal', reason: 'Removed', note: `Removed account ${id}.` } };
}

function deactivate({ id }: Account): Step {
  const notice = { type: 'Normal', reason: 'Deactivated', note: `Deactivated account ${id}.` } as const;
  return { kind: 'update-account', id, changes: { active: false }, notice };
}
