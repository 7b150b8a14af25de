import type { AppUsers } from '../app-user/app-users';
import type { AccountCache } from '../accounts/account-cache';
import type { TimeSource } from '../queue/time-source';
import type { Account, Accounts } from '../accounts/account';
import type { AppUser } from '../app-user/app-user';

/** What else exists: the other AppUsers, and the accounts as they were when all of them were last read. */
export interface ReconcileContext {
  /** The time, as Kubernetes writes it. */
  readonly now: string;
  /** Where people log in. */
  readonly publicUrl: string;
  /** Values as the application stores them. */
  readonly normalized: Accounts['normalized'];
  /** How long ago all accounts were read. */
  readonly accountsAgeSeconds: number;
  /** In any case. */
  readonly accountsWithUsername: (username: string) => readonly Account[];
  readonly accountsWithEmailAddress: (emailAddress: string) => readonly Account[];
  readonly appUsersWithUsername: (username: string) => readonly AppUser[];
  readonly appUsersWithEmailAddress: (emailAddress: string) => readonly AppUser[];
  readonly appUsersWithAccount: (id: number) => readonly AppUser[];
}

interface ContextSources extends Pick<ReconcileContext, 'publicUrl' | 'normalized'> {
  readonly appUsers: AppUsers;
  readonly accountCache: AccountCache;
  readonly clock: TimeSource;
}

/** The context as it is known at the moment of each look at it. */
export function createContext({ appUsers, accountCache, clock, publicUrl, normalized }: ContextSources): () => ReconcileContext {
  return () => ({
    now: clock.date(),
    publicUrl,
    normalized,
    accountsAgeSeconds: accountCache.ageSeconds,
    accountsWithUsername: (username) => accountCache.withUsername(username),
    accountsWithEmailAddress: (emailAddress) => accountCache.withEmailAddress(emailAddress),
    appUsersWithUsername: (username) => appUsers.withUsername(username),
    appUsersWithEmailAddress: (emailAddress) => appUsers.withEmailAddress(emailAddress),
    appUsersWithAccount: (id) => appUsers.withAccount(id),
  });
}
