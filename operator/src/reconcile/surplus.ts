import { type Account, type Accounts, Refused } from '../accounts/account';
import type { AccountCache } from '../accounts/account-cache';
import { uidOfTemporaryUsername } from '../app-user/app-user';
import type { AppUsers } from '../app-user/app-users';
import type { Action } from './action';
import { describe } from './problems';
import type { Observation } from './observation';

/** The next step while an AppUser has a second account, which a late registration left; undefined when there is none to close. */
export function closeSurplus({ appUser, surplus, fresh }: Observation): Action | undefined {
  const remove = appUser.spec.deletionPolicy === 'Delete';
  if (surplus === undefined || surplus.privileged || !(surplus.active || remove)) return undefined;
  if (!fresh) return { kind: 'read-account-again' };
  const note = `${describe(surplus)} was created by a registration that finished late: the operator ${remove ? 'removes' : 'deactivates'} it.`;
  return { kind: 'close-surplus', id: surplus.id, remove, notice: { type: 'Warning', reason: 'SurplusAccount', note } };
}

/** How closing an account is reported: before, because an Event that a kill loses afterwards would never be written, and after. */
export interface Reporting {
  readonly closing: (account: Account) => Promise<void>;
  readonly closed: (account: Account) => void;
}

/**
 * Deactivates the accounts of late registrations whose AppUser is gone. It never removes one: the deletion policy is gone with
 * the AppUser. Call it after all AppUsers were listed and all accounts were read. An AppUser that exists but was not seen yet reactivates its
 * account.
 */
export async function closeOrphans(
  accounts: Accounts,
  cache: AccountCache,
  appUsers: AppUsers,
  { closing, closed }: Reporting,
): Promise<void> {
  const uids = new Set<string>();
  for (const { uid } of appUsers.all()) uids.add(uid);
  const isOrphan = ({ id, username, active, privileged }: Account): boolean => {
    const uid = uidOfTemporaryUsername(username);
    return uid !== undefined && !uids.has(uid) && active && !privileged && appUsers.withAccount(id).length === 0;
  };
  for (const { id } of [...cache.all()].filter(isOrphan)) {
    const account = await accounts.byId(id);
    if (account === undefined) cache.forget(id);
    if (account === undefined || !isOrphan(account)) continue;
    await closing(account);
    try {
      cache.put(await accounts.update(id, { active: false }));
      closed(account);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }
}
