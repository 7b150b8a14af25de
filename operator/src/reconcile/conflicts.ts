import type { Account } from '../accounts/account';
import { type AppUser, emailAddressOf, isOlder, usernameOf } from '../app-user/app-user';
import type { Action } from './action';
import type { World } from './knowledge';
import type { Problem } from './status';

/** How old the knowledge of all addresses may be when an account is about to get one: applications do not look after that themselves. */
const FRESH_SECONDS = 60;

/** Why an AppUser without an account of that name cannot have it. */
export function nameConflict(appUser: AppUser, world: World): Problem | undefined {
  const older = olderOf(world.appUsersWithUsername(usernameOf(appUser)), appUser);
  if (older === undefined) return undefined;
  return { reason: 'NameConflict', message: `The AppUser "${older.name}" is older and has the same username. Delete one of them.` };
}

/** Why an account cannot get its name: another one has it, or nearly so, and then the application makes no second one. */
export function usernameConflict(username: string, account: Account | undefined, world: World): Problem | undefined {
  const holder = world.accountsWithUsername(username).find(({ id }) => id !== account?.id);
  return holder && { reason: 'NameConflict', message: `${describe(holder)} has the name "${username}", or nearly so.` };
}

/**
 * Why an account cannot get the address that its AppUser wants. Who has it keeps it; of two AppUsers that want it, the older one gets it.
 * An action when more has to be known first.
 */
export function emailConflict(appUser: AppUser, account: Account | undefined, world: World): Problem | Action | undefined {
  const emailAddress = emailAddressOf(appUser);
  const older = olderOf(world.appUsersWithEmailAddress(emailAddress), appUser);
  if (older !== undefined) {
    return { reason: 'EmailConflict', message: `The AppUser "${older.name}" is older and has the same emailAddress. Change one of them.` };
  }
  if (world.directoryAgeSeconds > FRESH_SECONDS) return { kind: 'refresh-directory' };
  const holder = world.accountsWithEmailAddress(emailAddress).find(({ id }) => id !== account?.id);
  return holder && { reason: 'EmailConflict', message: `${describe(holder)} has this emailAddress. Change one of them.` };
}

export function describe({ id, username, active, privileged }: Account): string {
  const traits = [...(privileged ? ['an administrator'] : []), ...(active ? [] : ['inactive'])];
  return `The account "${username}" (number ${[id, ...traits].join(', ')})`;
}

function olderOf(candidates: readonly AppUser[], appUser: AppUser): AppUser | undefined {
  return candidates.find((other) => other.name !== appUser.name && !other.deleting && isOlder(other, appUser));
}
