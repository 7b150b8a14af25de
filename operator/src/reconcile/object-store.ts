import type { AppUser, AppUserStatus } from '../app-user/app-user';
import type { Credentials, CredentialsContent } from '../credentials/credentials';
import type { Notice } from './action';

/**
 * What reconciling needs of Kubernetes. Every write names the version that it builds on, and fails with `Changed` when there is a newer one.
 */
export interface ObjectStore {
  credentialsOf(appUser: AppUser): Promise<Credentials | undefined>;
  /** Makes the Secret, if there was none before, or changes it. */
  writeCredentials(appUser: AppUser, before: Credentials | undefined, content: CredentialsContent): Promise<Credentials>;
  deleteCredentials(appUser: AppUser, before: Credentials): Promise<void>;
  /** Returns the AppUser as it is then; undefined when it has gone. */
  setFinalizers(appUser: AppUser, finalizers: readonly string[]): Promise<AppUser | undefined>;
  writeStatus(appUser: AppUser, status: AppUserStatus): Promise<AppUser>;
  /** Whether the application was uninstalled, and is not only down. */
  applicationIsGone(): Promise<boolean>;
  /** Records an Event. Resolves when it is written, or cannot be. Never fails. */
  tell(appUser: AppUser, notice: Notice): Promise<void>;
}

/** Another client changed or removed the object that was to be written: it has to be read again. */
export class Changed extends Error {
  override readonly name = 'Changed';
}
