import type { AppUsers } from '../app-user/app-users';
import type { AccountCache } from '../accounts/account-cache';
import type { TimeSource } from '../queue/time-source';
import type { Account } from '../accounts/account';
import type { AppUser } from '../app-user/app-user';

/** What else exists: the other AppUsers, and the accounts as they were when all of them were last read. */
export interface ReconcileContext {
  /** The time, as Kubernetes writes it. */
  readonly now: string;
  /** Where people log in. */
  readonly publicUrl: string;
  /** The application refuses to make an account with a shorter name, but lets it be renamed to one. */
  readonly shortestUsername: number;
  /** How old the observation of all accounts is. */
  readonly accountsAgeSeconds: number;
  /** In whatever case. */
  readonly accountsWithUsername: (username: string) => readonly Account[];
  readonly accountsWithEmailAddress: (emailAddress: string) => readonly Account[];
  readonly appUsersWithUsername: (username: string) => readonly AppUser[];
  readonly appUsersWithEmailAddress: (emailAddress: string) => readonly AppUser[];
  readonly appUsersWithAccount: (id: number) => readonly AppUser[];
}

interface ContextSources extends Pick<ReconcileContext, 'publicUrl' | 'shortestUsername'> {
  readonly appUsers: AppUsers;
  readonly accountCache: AccountCache;
  readonly clock: TimeSource;
}

/** The context as it is known at the moment of each look at it. */
export function createContext({ appUsers, accountCache, clock, publicUrl, shortestUsername }: ContextSources): () => ReconcileContext {
  return () => ({
    now: clock.date(),
    publicUrl,
    shortestUsername,
    accountsAgeSeconds: accountCache.ageSeconds,
    accountsWithUsername: (username) => accountCache.withUsername(username),
    accountsWithEmailAddress: (emailAddress) => accountCache.withEmailAddress(emailAddress),
    appUsersWithUsername: (username) => appUsers.withUsername(username),
    appUsersWithEmailAddress: (emailAddress) => appUsers.withEmailAddress(emailAddress),
    appUsersWithAccount: (id) => appUsers.withAccount(id),
  });
}
