import { decide } from '../../src/reconcile/decide';
import { absent, older, problem, account, appUser, credentials, observation, without, context } from './support';

describe('where there is no account', () => {
  test('the finalizer comes before anything else', () => {
    expect(decide(observation({ ...absent, appUser: appUser({ finalizers: ['other'] }) }), context())).toEqual({ kind: 'add-finalizer' });
  });

  test('the Secret comes before the account', () => {
    expect(decide(observation(absent), context())).toMatchObject({
      kind: 'write-credentials',
      newPassword: true,
      content: { url: 'http://cvat.test', username: 'john.doe', emailAddress: 'john.doe@x.test', appUserUid: 'uid-1' },
    });
  });

  test('registers the account under the temporary username once the Secret has its password', () => {
    const known = observation({ ...absent, credentials: without(credentials(), 'userId') });
    expect(decide(known, context())).toMatchObject({ kind: 'create-account', username: 'app-user-uid-1' });
  });

  test.each([
    ['without a password', { ...without(credentials(), 'password'), passwordUnknown: 'SecretLost' as const }],
    ['of an AppUser that was deleted, and may have been another person', credentials({ appUserUid: 'uid-former' })],
  ])('a Secret %s gets a new password', (_, secret) => {
    expect(decide(observation({ ...absent, credentials: secret }), context())).toMatchObject({
      kind: 'write-credentials',
      newPassword: true,
    });
  });

  test('addresses are read again before one is given to an account, unless that was just done', () => {
    expect(decide(observation(absent), context({ accountsAgeSeconds: 61 }))).toEqual({ kind: 'refresh-accounts' });
  });

  test.each([
    ['EmailConflict', 'an older AppUser has the address', { appUsers: [older({ spec: { emailAddress: 'JOHN.DOE@x.test' } })] }],
    ['EmailConflict', 'an account has the address', { accounts: [account({ username: 'another' })] }],
    ['NameConflict', 'an older AppUser has the name', { appUsers: [older({ spec: { username: 'John.Doe', emailAddress: 'o@x.test' } })] }],
    ['NameConflict', 'an account has nearly the name', { accounts: [account({ username: 'John.Doe', emailAddress: 'o@x.test' })] }],
  ])('it is a %s when %s', (reason, _, others) => {
    expect(problem(observation(absent), context(others))).toBe(reason);
  });

  test.each([
    ['younger', appUser({ name: 'younger', createdAt: '2027-01-01T00:00:00Z' })],
    ['being deleted', older({ deleting: true })],
  ])('an AppUser that is %s is no obstacle', (_, other) => {
    expect(problem(observation(absent), context({ appUsers: [other] }))).toBe('write-credentials');
  });

  test.each([
    ['username-taken', 'NameConflict'],
    ['email-taken', 'EmailConflict'],
    ['invalid', 'Invalid'],
    ['forbidden', 'Forbidden'],
  ] as const)('what is refused as %s is a %s', (reason, expected) => {
    const failure = { kind: 'refused', reason, message: 'no' } as const;
    expect(problem(observation({ ...absent, failure }))).toBe(expected);
  });
});
