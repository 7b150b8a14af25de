import type { AppUsers } from '../app-user/app-users';
import type { Directory } from '../directory/directory';
import type { Clock } from '../queue/clock';
import type { World } from './knowledge';

interface WorldSources extends Pick<World, 'publicUrl' | 'shortestUsername'> {
  readonly appUsers: AppUsers;
  readonly directory: Directory;
  readonly clock: Clock;
}

/** The world as it is known at the moment of each look at it. */
export function worldOf({ appUsers, directory, clock, publicUrl, shortestUsername }: WorldSources): () => World {
  return () => ({
    now: clock.date(),
    publicUrl,
    shortestUsername,
    directoryAgeSeconds: directory.ageSeconds,
    accountsWithUsername: (username) => directory.withUsername(username),
    accountsWithEmailAddress: (emailAddress) => directory.withEmailAddress(emailAddress),
    appUsersWithUsername: (username) => appUsers.withUsername(username),
    appUsersWithEmailAddress: (emailAddress) => appUsers.withEmailAddress(emailAddress),
    appUsersWithAccount: (id) => appUsers.withAccount(id),
  });
}
