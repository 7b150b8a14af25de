import { duplicateAppUsers } from '../../../constructs/app-user/duplicate-app-users';

const user = (name: string, emailAddress: string, username?: string) => ({
  name,
  firstName: 'A',
  lastName: 'B',
  emailAddress,
  ...(username !== undefined && { username }),
});
const found = (...users: ReturnType<typeof user>[]): string[] =>
  duplicateAppUsers(users).map(([index, field, { message, remedy }]) => `${index} ${field}: ${message} ${remedy}`);

test.each([
  [
    'one e-mail address',
    [user('a', 'a@x.org'), user('b', 'a@x.org')],
    '1 emailAddress: must be unique in the environment; AppUser "a" has the same e-mail address, "a@x.org". Change one of the two.',
  ],
  [
    'one e-mail address in another case',
    [user('a', 'a@x.org'), user('b', 'A@X.org')],
    '1 emailAddress: must be unique in the environment; AppUser "a" has the same e-mail address, "A@X.org". Change one of the two.',
  ],
  [
    'one username',
    [user('a', 'a@x.org', 'jane'), user('b', 'b@x.org', 'jane')],
    '1 username: must be unique in the environment; AppUser "a" has the same username, "jane". Change one of the two.',
  ],
  [
    'a username that is the name of the other',
    [user('jane', 'a@x.org'), user('b', 'b@x.org', 'Jane')],
    '1 username: must be unique in the environment; AppUser "jane" has the same username, "Jane". Change one of the two.',
  ],
])('reports two AppUsers with %s', (_, users, expected) => {
  expect(found(...users)).toEqual([expected]);
});

test('accepts different AppUsers, and leaves two objects of one name to duplicate-identity', () => {
  expect(found(user('a', 'a@x.org'), user('b', 'b@x.org', 'c'))).toEqual([]);
  expect(found(user('a', 'a@x.org'), user('a', 'a@x.org'))).toEqual([]);
});
