import type { Account, Refused } from '../accounts/account';
import type { AppUser } from '../app-user/app-user';
import type { Credentials } from '../credentials/credentials';

/** What is known while one AppUser is reconciled. Every action that succeeds adds to it, so that nothing is read twice. */
export interface Observation {
  readonly appUser: AppUser;
  readonly credentials: Credentials | undefined;
  /** Undefined when it was looked for in the application itself, and is not there. */
  readonly account: Account | undefined;
  /** Whether that account is this AppUser's: see ownership.ts. */
  readonly ownership: Ownership;
  /** Whether the account is known from the application itself this time, and not from when all accounts were last read. */
  readonly fresh: boolean;
  /** Whether something about the account was changed this time. */
  readonly touched: boolean;
  /** A second account, which a registration that committed late left under the temporary username. See `temporaryUsernameOf`. */
  readonly surplus?: Account | undefined;
  /** Whether the Secret's password opens the account; undefined when that was not tried. */
  readonly passwordOpens?: boolean | undefined;
  /** Whether the declared address was found free in the application itself, for an account that is to get it. */
  readonly emailAddressFree?: boolean;
  /** Whether the account was created this time: then its address is the one that it registered with. */
  readonly created?: boolean;
  /** Whether the application would create the account, by what it said without a password. */
  readonly creationAllowed?: boolean;
  /** What went wrong this time, if anything did. */
  readonly failure?: Failure;
  /** The application was uninstalled: its Service does not exist. Read only when needed. */
  readonly applicationGone?: boolean;
}

export type Ownership = 'ours' | 'unproven';

export type Failure =
  | {
      readonly kind: 'unavailable';
      readonly message: string;
      readonly retryAfterSeconds?: number;
      /** Something about the account was to be changed: so it is not as wanted. */
      readonly acting: boolean;
    }
  | {
      readonly kind: 'refused';
      readonly reason: Refused['reason'] | 'not-kept';
      readonly message: string;
    };
