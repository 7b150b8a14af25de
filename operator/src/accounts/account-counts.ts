import type { Account } from './account';
import { uidOfTemporaryUsername, usernameOf } from '../app-user/app-user';
import type { AppUsers } from '../app-user/app-users';

export interface AccountCounts {
  /** How many accounts there are of each kind: declared, undeclared, surplus, inactive, privileged. */
  readonly counts: ReadonlyMap<string, number>;
  /** Open accounts of people that no AppUser declares. */
  readonly undeclared: readonly Account[];
}

const MOST_NAMED = 10;

/** Compares all accounts with all AppUsers: people should not get in any other way. */
export function countAccounts(accounts: Iterable<Account>, appUsers: AppUsers): AccountCounts {
  const counts = new Map(['declared', 'undeclared', 'surplus', 'inactive', 'privileged'].map((state) => [state, 0]));
  const ids = new Map<string, number | undefined>();
  for (const { uid, status } of appUsers.all()) ids.set(uid, status.userId);
  const undeclared: Account[] = [];
  for (const account of accounts) {
    const state = stateOf(account, appUsers, ids);
    counts.set(state, (counts.get(state) ?? 0) + 1);
    if (state === 'undeclared' && undeclared.length <= MOST_NAMED) undeclared.push(account);
  }
  return { counts, undeclared };
}

/** Names some of the undeclared accounts, for an Event. */
export function describeUndeclared({ counts, undeclared }: AccountCounts): string {
  const count = counts.get('undeclared') ?? 0;
  const names = undeclared.slice(0, MOST_NAMED).map(({ username, id }) => `"${username}" (number ${id})`);
  const rest = count > names.length ? ', …' : '';
  const what = count === 1 ? '1 account is' : `${count} accounts are`;
  return `${what} open in the application though no AppUser declares it: ${names.join(', ')}${rest}. Is self-registration closed?`;
}

/** `ids`: the recorded id of each AppUser's account, by the AppUser's uid. */
function stateOf(account: Account, appUsers: AppUsers, ids: ReadonlyMap<string, number | undefined>): string {
  if (account.privileged) return 'privileged';
  if (!account.active) return 'inactive';
  if (appUsers.withAccount(account.id).length > 0) return 'declared';
  const uid = uidOfTemporaryUsername(account.username);
  // Without a recorded id, it is the account that is being created.
  if (uid !== undefined) return ids.has(uid) && ids.get(uid) === undefined ? 'declared' : 'surplus';
  return appUsers.withUsername(account.username).some((appUser) => usernameOf(appUser) === account.username) ? 'declared' : 'undeclared';
}
