import type { Account } from '../accounts/account';
import { type AppUser, emailAddressOf, temporaryUsernameOf, usernameOf } from '../app-user/app-user';
import type { Credentials, OwnCredentials } from '../credentials/credentials';
import type { ReconcileContext } from './context';
import type { Observation, Ownership } from './observation';

/** How an account was found: by the number that was recorded, by the name that only the operator can know, or by the wanted name or address. */
export type FoundBy = 'recorded-number' | 'temporary-username' | 'username' | 'email-address';

interface Evidence {
  readonly appUser: AppUser;
  readonly credentials: Credentials | undefined;
  readonly account: Account;
  readonly foundBy: FoundBy;
  /** The number of the account that the Secret's password opens, if that was tried. */
  readonly opened?: number;
}

/**
 * An application has no place where an account could be marked as ours, so this is decided by evidence. A recorded id alone is none: in
 * an application with a new database, it may be another person's. Neither is a name alone: anyone may have registered it.
 */
export function ownershipOf({ appUser, credentials, account, foundBy, opened }: Evidence): Ownership {
  if (foundBy === 'temporary-username') return 'ours';
  const secret = ownSecret(credentials);
  const addressMatches = account.emailAddress === emailAddressOf(appUser);
  if (opened === account.id && secret !== undefined && (isOf(appUser, secret) || addressMatches)) return 'ours';
  if (foundBy !== 'recorded-number') return 'unproven';
  if (!isRecordedFor(appUser, credentials, account)) return addressMatches ? 'ours' : 'unproven';
  const usernames = [usernameOf(appUser).toLowerCase(), temporaryUsernameOf(appUser)];
  const nameMatches = usernames.includes(account.username.toLowerCase());
  const addressIsKnown = secret !== undefined && isOf(appUser, secret) && account.emailAddress === secret.emailAddress;
  return nameMatches || addressMatches || addressIsKnown ? 'ours' : 'unproven';
}

/** The password to try. Undefined if the account cannot be this person's, or is not active: then a login proves nothing. */
export function passwordToTry(evidence: Evidence): string | undefined {
  const { appUser, credentials, account } = evidence;
  const secret = ownSecret(credentials);
  if (secret?.password === undefined || !account.active || account.privileged || ownershipOf(evidence) === 'ours') return undefined;
  return isOf(appUser, secret) || account.emailAddress === emailAddressOf(appUser) ? secret.password : undefined;
}

/** The numbers under which this AppUser's account was recorded; in its Secret also when an AppUser of that name was deleted and created again. */
export function recordedNumbersOf(appUser: AppUser, credentials: Credentials | undefined): readonly number[] {
  const recorded = [appUser.status.userId, ownSecret(credentials)?.userId];
  return [...new Set(recorded.filter((number) => number !== undefined))];
}

/** Whether the number was recorded for this very AppUser: one of the same name that has been deleted may have been another person. */
function isRecordedFor(appUser: AppUser, credentials: Credentials | undefined, account: Account): boolean {
  const secret = ownSecret(credentials);
  return appUser.status.userId === account.id || (secret?.userId === account.id && isOf(appUser, secret));
}

/**
 * Whether an account with a recorded number, which cannot be proven to be this AppUser's, may be it nevertheless: as far as the application was
 * not replaced by one with a new database, which gave the id to another person.
 */
export function mayBeOurs(account: Account, appUser: AppUser, credentials: Credentials | undefined, context: ReconcileContext): boolean {
  if (!isRecordedFor(appUser, credentials, account)) return false;
  const claiming = context.appUsersWithUsername(account.username);
  return !claiming.some((other) => other.name !== appUser.name && emailAddressOf(other) === account.emailAddress);
}

/** Whether a Secret was written for this AppUser, and not for one of the same name that has been deleted. */
export function isOf(appUser: AppUser, secret: OwnCredentials): boolean {
  return secret.appUserUid === appUser.uid;
}

/**
 * Whether the AppUser's Secret has a password that opens no account, and looks as if it did: it was written before the application refused to
 * create the account, or the account was removed in the application.
 */
export function hasPasswordOfNone({ appUser, credentials, account }: Observation): boolean {
  const secret = ownSecret(credentials);
  if (secret?.password === undefined || !isOf(appUser, secret)) return false;
  // Of an account that is neither recorded nor opened by the password, which was tried only if it is active.
  return account === undefined || (account.active && !account.privileged && !recordedNumbersOf(appUser, credentials).includes(account.id));
}

/** The address that the operator registered the account with, if the Secret says it. */
export function registeredEmailAddressOf({ id }: Account, secret: OwnCredentials | undefined): string | undefined {
  return secret?.userId === id ? secret.registeredEmailAddress : undefined;
}

function ownSecret(credentials: Credentials | undefined): OwnCredentials | undefined {
  return credentials?.kind === 'ours' ? credentials : undefined;
}
