import { type FoundBy, mayBeOurs, ownershipOf, passwordToTry } from '../../src/reconcile/ownership';
import { account, appUser, credentials, without, context } from './support';

const RECORDED = appUser({ status: { userId: 7 } });
const STRANGE = { username: 'strange', emailAddress: 'strange@x.test' };

type Given = Omit<Parameters<typeof ownershipOf>[0], 'foundBy'>;

const cases: readonly [string, FoundBy, Given, 'ours' | 'unproven'][] = [
  [
    'a name that only the operator knows',
    'temporary-username',
    { appUser: appUser(), credentials: undefined, account: account(STRANGE) },
    'ours',
  ],
  [
    'a recorded number and the name',
    'recorded-number',
    { appUser: RECORDED, credentials: undefined, account: account({ emailAddress: 'o@x.test' }) },
    'ours',
  ],
  [
    'a recorded number and the address',
    'recorded-number',
    { appUser: RECORDED, credentials: undefined, account: account({ username: 'o' }) },
    'ours',
  ],
  [
    'a recorded number and the address of before',
    'recorded-number',
    {
      appUser: RECORDED,
      credentials: credentials({ emailAddress: 'old@x.test' }),
      account: account({ username: 'o', emailAddress: 'old@x.test' }),
    },
    'ours',
  ],
  ['a recorded number alone', 'recorded-number', { appUser: RECORDED, credentials: undefined, account: account(STRANGE) }, 'unproven'],
  [
    'a recorded number and the password',
    'recorded-number',
    { appUser: RECORDED, credentials: credentials(), account: account(STRANGE), opened: 7 },
    'ours',
  ],
  ['the name alone', 'username', { appUser: appUser(), credentials: undefined, account: account() }, 'unproven'],
  ['the name and the password', 'username', { appUser: appUser(), credentials: credentials(), account: account(), opened: 7 }, 'ours'],
  [
    'the name and a password that opens another account',
    'username',
    { appUser: appUser(), credentials: credentials(), account: account(), opened: 8 },
    'unproven',
  ],
  [
    'the record of a deleted AppUser of that name, and the address',
    'recorded-number',
    { appUser: appUser(), credentials: credentials({ appUserUid: 'former' }), account: account() },
    'ours',
  ],
  [
    'the record of a deleted AppUser of that name, whose person had another address',
    'recorded-number',
    { appUser: appUser(), credentials: credentials({ appUserUid: 'former' }), account: account({ emailAddress: 'former@x.test' }) },
    'unproven',
  ],
  [
    'the password of a deleted AppUser of that name, whose person had another address',
    'username',
    {
      appUser: appUser(),
      credentials: credentials({ appUserUid: 'former' }),
      account: account({ emailAddress: 'former@x.test' }),
      opened: 7,
    },
    'unproven',
  ],
];

test.each(cases)('%s (%s): it is decided', (_, foundBy, given, expected) => {
  expect(ownershipOf({ ...given, foundBy })).toBe(expected);
});

test('a password is tried only where it could prove something', () => {
  const given = { appUser: appUser(), credentials: credentials(), account: account(), foundBy: 'username' } as const;
  expect(passwordToTry(given)).toBe('secret');
  expect(passwordToTry({ ...given, foundBy: 'temporary-username' })).toBeUndefined();
  expect(passwordToTry({ ...given, account: account({ active: false }) })).toBeUndefined();
  expect(passwordToTry({ ...given, account: account({ privileged: true }) })).toBeUndefined();
  expect(passwordToTry({ ...given, credentials: without(credentials(), 'password') })).toBeUndefined();
  const former = { credentials: credentials({ appUserUid: 'former' }), account: account({ emailAddress: 'former@x.test' }) };
  expect(passwordToTry({ ...given, ...former })).toBeUndefined();
});

test('a recorded number that now has the name and the address of another AppUser is not kept: the application was installed again', () => {
  const jane = appUser({ name: 'jane.doe', uid: 'uid-2', spec: { emailAddress: 'jane@x.test' } });
  const hers = account({ username: 'jane.doe', emailAddress: 'jane@x.test' });
  expect(mayBeOurs(hers, RECORDED, undefined, context({ appUsers: [jane] }))).toBe(false);
  expect(mayBeOurs(account({ username: 'jane.doe', emailAddress: 'o@x.test' }), RECORDED, undefined, context({ appUsers: [jane] }))).toBe(
    true,
  );
  expect(mayBeOurs(hers, RECORDED, undefined, context())).toBe(true);
  expect(mayBeOurs(hers, appUser(), credentials({ appUserUid: 'former' }), context())).toBe(false);
});
