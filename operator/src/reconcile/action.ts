import type { AccountChanges } from '../accounts/account';
import type { AppUserStatus } from '../app-user/app-user';
import type { CredentialsContent } from '../credentials/credentials';

/** What a person should see: it becomes a Kubernetes Event of the AppUser. */
export interface Notice {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly note: string;
}

/**
 * One step, as data. Every one can be repeated, and the operator can be killed after any: what comes next is decided from what is there.
 * Passwords are no part of it: who carries it out makes and reads them.
 */
export type Action = { readonly notice?: Notice } & (
  | { readonly kind: 'add-finalizer' }
  | { readonly kind: 'release-finalizer' }
  /** Reads all accounts again, because the next step depends on none of them having an address. */
  | { readonly kind: 'refresh-accounts' }
  /** Asks the application for this AppUser's account: one that has an administrator's rights by now must not be changed. */
  | { readonly kind: 'read-account-again' }
  | { readonly kind: 'write-credentials'; readonly content: CredentialsContent; readonly newPassword: boolean }
  | { readonly kind: 'delete-credentials' }
  /** Asks the application whether it would create the account, without creating it. */
  | { readonly kind: 'check-creation'; readonly username: string }
  | { readonly kind: 'create-account'; readonly username: string }
  | { readonly kind: 'update-account'; readonly id: number; readonly changes: AccountChanges }
  | { readonly kind: 'remove-account'; readonly id: number }
  /** Deactivates or removes the second account that a late registration left. */
  | { readonly kind: 'close-surplus'; readonly id: number; readonly remove: boolean }
  /** Asks the application whether another account has or had the declared address. */
  | { readonly kind: 'check-email-address' }
  | { readonly kind: 'write-status'; readonly status: AppUserStatus }
  | Settle
);

/** Nothing is left to do now. `waiting`: something outside has to change, so look again soon. */
export interface Settle {
  readonly kind: 'settle';
  readonly waiting?: { readonly afterSeconds?: number };
}

/** Why an account is not as its AppUser declares it: the reason and message of the condition Ready. */
export interface Problem {
  readonly reason:
    `WaitingFor${string}` | 'ChangeNotKept' | 'EmailConflict' | 'NameConflict' | 'SecretConflict' | 'Invalid' | 'Forbidden' | 'Privileged';
  readonly message: string;
}

/** The next action, or the problem that prevents one; undefined when the account is as declared. */
export type Step = Action | Problem | undefined;
