import type { Account } from '../accounts/account';
import { type AppUser, conditionOf, emailAddressOf, isOlder, uidOfTemporaryUsername, usernameOf } from '../app-user/app-user';
import type { Action, Problem } from './action';
import type { ReconcileContext } from './context';
import type { Observation } from './observation';
import { isOf } from './ownership';

/** How old the cached accounts may be when an account gets a username or an address: applications do not check that reliably. */
const FRESH_SECONDS = 60;

/** Why an AppUser without an account of that name cannot have it. */
export function nameConflict(appUser: AppUser, context: ReconcileContext): Problem | undefined {
  const older = olderOf(context.appUsersWithUsername(usernameOf(appUser)), appUser);
  if (older === undefined) return undefined;
  return { reason: 'NameConflict', message: `The AppUser "${older.name}" is older and has the same username. Delete one of them.` };
}

/** Names and addresses are compared with accounts that were read recently. */
export function staleAccounts({ accountsAgeSeconds }: ReconcileContext): Action | undefined {
  return accountsAgeSeconds > FRESH_SECONDS ? { kind: 'refresh-accounts' } : undefined;
}

/** Why an account cannot get its name: another one has it, or nearly so, and then the application makes no second one. */
export function usernameConflict(username: string, account: Account | undefined, context: ReconcileContext): Problem | undefined {
  const holder = context.accountsWithUsername(username).find(({ id }) => id !== account?.id);
  return holder && { reason: 'NameConflict', message: `${describe(holder)} has the name "${username}", or nearly so.` };
}

/**
 * Why an account cannot get the address that its AppUser wants. Who has it keeps it; of two AppUsers that want it, the older one gets it.
 * An action when more has to be known first.
 */
export function emailConflict(observation: Observation, context: ReconcileContext): Problem | Action | undefined {
  const { appUser, account, surplus } = observation;
  const emailAddress = emailAddressOf(appUser);
  const older = olderOf(context.appUsersWithEmailAddress(emailAddress), appUser);
  if (older !== undefined) {
    return { reason: 'EmailConflict', message: `The AppUser "${older.name}" is older and has the same emailAddress. Change one of them.` };
  }
  const stale = staleAccounts(context);
  if (stale) return stale;
  const own = [account?.id, surplus?.id];
  const holder = context.accountsWithEmailAddress(emailAddress).find(({ id }) => !own.includes(id));
  if (holder) return { reason: 'EmailConflict', message: `${describe(holder)} has this emailAddress. ${remedyFor(holder)}` };
  if (observation.emailAddressFree === true || !mustBeAsked(observation)) return undefined;
  if (observation.emailAddressFree === undefined) return { kind: 'check-email-address' };
  const orItself = account === undefined ? '' : ', or this account had it before its person changed the password';
  return { reason: 'EmailConflict', message: `Another account has or had this emailAddress${orItself}. ${RESERVED}` };
}

/** Whether only the application can tell that an address, which no account has, is not the former one of another account. */
function mustBeAsked({ appUser, account, credentials }: Observation): boolean {
  // Creating an account checks this by itself. After a refusal, ask first: otherwise each try would write a Secret and delete it.
  if (account === undefined) return conditionOf(appUser, 'Ready')?.reason === 'EmailConflict';
  // The Secret says what this account's address was, before it was changed in the application, and which one it registered with.
  const recorded = credentials?.kind === 'ours' && isOf(appUser, credentials) && credentials.userId === account.id;
  return !(recorded && [credentials.emailAddress, credentials.registeredEmailAddress].includes(emailAddressOf(appUser)));
}

/** A closed account of a registration that finished late has no AppUser that could be changed or deleted, and keeps its address. */
function remedyFor({ username, active }: Account): string {
  const isSurplus = !active && uidOfTemporaryUsername(username) !== undefined;
  if (!isSurplus) return `Change one of them. ${RESERVED}`;
  return 'A registration that finished late created it, and it was deactivated. Remove it in the application, or use another address.';
}

/** Why an address does not become free by a change, and why two AppUsers cannot swap theirs. */
const RESERVED =
  'An application may reserve an address for the account that registered with it until that account is removed: ' +
  'two AppUsers cannot swap addresses. Use another address, or delete the other AppUser with deletionPolicy Delete.';

/** What the application refused, as a problem of the AppUser. */
export function refusalProblem({ failure }: Observation): Problem | undefined {
  if (failure?.kind !== 'refused') return undefined;
  const { message } = failure;
  switch (failure.reason) {
    case 'username-taken':
      return { reason: 'NameConflict', message: `The application has an account of nearly the same name: ${message}` };
    case 'email-taken':
      return {
        reason: 'EmailConflict',
        message: `The application has this emailAddress as the present or former one of an account: ${message}`,
      };
    case 'invalid':
      return { reason: 'Invalid', message: `The application refuses this: ${message}` };
    case 'not-kept':
      return { reason: 'ChangeNotKept', message };
    case 'forbidden':
    case 'not-found':
      return { reason: 'Forbidden', message: `The application does not let the operator do this: ${message}` };
  }
}

export function describe({ id, username, active, privileged, privilege }: Account): string {
  const traits = [
    ...(privileged ? [privilege ? `an administrator: ${privilege}` : 'an administrator'] : []),
    ...(active ? [] : ['inactive']),
  ];
  return `The account "${username}" (number ${[id, ...traits].join(', ')})`;
}

function olderOf(candidates: readonly AppUser[], appUser: AppUser): AppUser | undefined {
  return candidates.find((other) => other.name !== appUser.name && !other.deleting && isOlder(other, appUser));
}
