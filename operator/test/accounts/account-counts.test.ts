import { trimmed } from '../../src/app-user/app-user';
import { AppUsers } from '../../src/app-user/app-users';
import { describeUndeclared, countAccounts } from '../../src/accounts/account-counts';

const account = (
  id: number,
  username: string,
  details = {},
): Parameters<typeof countAccounts>[0] extends Iterable<infer One> ? One : never => ({
  ...{ id, username, firstName: '', lastName: '', emailAddress: '', active: true, privileged: false },
  ...details,
});

const uidOf = (name: string): string => `${Buffer.from(name.padEnd(4)).toString('hex')}-0000-4000-8000-000000000000`;

function appUsers(): AppUsers {
  const all = new AppUsers();
  for (const [name, userId] of [
    ['john', 1],
    ['jane', undefined],
  ] as const) {
    const metadata = { name, uid: uidOf(name), resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
    const spec = { firstName: 'A', lastName: 'B', emailAddress: `${name}@x.test` };
    all.put(trimmed({ metadata, spec, status: { userId } }));
  }
  return all;
}

test('counts a temporary account as declared only while no other account is recorded, and as surplus otherwise', () => {
  const counted = countAccounts(
    [
      account(1, 'renamed'),
      account(2, 'jane'),
      account(3, `app-user-${uidOf('jane')}`),
      account(7, `app-user-${uidOf('john')}`),
      account(8, `app-user-${uidOf('gone')}`),
      account(4, 'eve'),
      account(5, 'former', { active: false }),
      account(6, 'robot', { privileged: true }),
    ],
    appUsers(),
  );
  expect(Object.fromEntries(counted.counts)).toEqual({ declared: 3, undeclared: 1, surplus: 2, inactive: 1, privileged: 1 });
  expect(describeUndeclared(counted)).toBe(
    '1 account is open in the application though no AppUser declares it: "eve" (number 4). Is self-registration closed?',
  );
});

test('of many undeclared accounts some are named, and all counted', () => {
  const many = Array.from({ length: 500 }, (_, index) => account(index + 10, `stranger-${index}`));
  const text = describeUndeclared(countAccounts(many, appUsers()));
  expect(text).toContain('500 accounts are open');
  expect(text).toContain('"stranger-9" (number 19), …');
  expect(text).not.toContain('"stranger-10"');
});
