import type { Account } from './account';
import { temporaryUsernameOf, usernameOf } from '../app-user/app-user';
import type { AppUsers } from '../app-user/app-users';

export interface AccountCounts {
  /** How many accounts there are of each kind: declared, undeclared, inactive, privileged. */
  readonly counts: ReadonlyMap<string, number>;
  /** Open accounts of people that no AppUser declares. */
  readonly undeclared: readonly Account[];
}

const MOST_NAMED = 10;

/** Compares all accounts with all AppUsers: people should not get in any other way. */
export function countAccounts(accounts: Iterable<Account>, appUsers: AppUsers): AccountCounts {
  const counts = new Map(['declared', 'undeclared', 'inactive', 'privileged'].map((state) => [state, 0]));
  const temporary = new Set<string>();
  for (const appUser of appUsers.all()) temporary.add(temporaryUsernameOf(appUser));
  const undeclared: Account[] = [];
  for (const account of accounts) {
    const state = stateOf(account, appUsers, temporary);
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

function stateOf(account: Account, appUsers: AppUsers, temporary: ReadonlySet<string>): string {
  if (account.privileged) return 'privileged';
  if (!account.active) return 'inactive';
  const byNumber = appUsers.withAccount(account.id).length > 0;
  const byName = appUsers.withUsername(account.username).some((appUser) => usernameOf(appUser) === account.username);
  return byNumber || byName || temporary.has(account.username) ? 'declared' : 'undeclared';
}
