import type { Finding } from '../../manifests/finding';
import type { AppUserProps } from './app-user';

/**
 * The finding about each AppUser that has the e-mail address or the username of an earlier one, with its index and field. CVAT has one account
 * for an address and for a username, in any case of letters, so the operator could not create the second account.
 */
export function duplicateAppUsers(users: readonly Omit<AppUserProps, 'namespace'>[]): [index: number, field: string, finding: Finding][] {
  return users.flatMap((user, index): [number, string, Finding][] => {
    const earlier = users.slice(0, index).filter(({ name }) => name !== user.name); // a second object of one name is reported as that
    const sameEmail = earlier.find(({ emailAddress }) => same(emailAddress, user.emailAddress));
    const sameUsername = earlier.find((other) => same(usernameOf(other), usernameOf(user)));
    return [
      ...(sameEmail
        ? [[index, 'emailAddress', duplicate('e-mail address', user.emailAddress, sameEmail.name)] as [number, string, Finding]]
        : []),
      ...(sameUsername
        ? [[index, 'username', duplicate('username', usernameOf(user), sameUsername.name)] as [number, string, Finding]]
        : []),
    ];
  });
}

function usernameOf({ name, username }: Omit<AppUserProps, 'namespace'>): string {
  return username ?? name;
}

function same(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && one.toLowerCase() === other?.toLowerCase();
}

function duplicate(what: string, value: string | undefined, other: string): Finding {
  return {
    message: `must be unique in the environment; AppUser "${other}" has the same ${what}, "${value}".`,
    remedy: 'Change one of the two.',
  };
}
