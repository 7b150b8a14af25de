import { decide } from '../../src/reconcile/decide';
import { unproven, older, problem, account, appUser, credentials, observation, without, context } from './support';

describe('where there is an account', () => {
  test('what differs is changed, and nothing else', () => {
    const known = observation({ account: account({ firstName: 'Jack', active: false }) });
    expect(decide(known, context())).toMatchObject({ kind: 'update-account', id: 7, changes: { firstName: 'John', active: true } });
  });

  test('its name is changed after the rest, because that can be refused', () => {
    const known = observation({ account: account({ firstName: 'Jack', username: 'jack' }) });
    expect(decide(known, context())).toMatchObject({ changes: { firstName: 'John' } });
    expect(decide(observation({ account: account({ username: 'jack' }) }), context())).toMatchObject({ changes: { username: 'john.doe' } });
  });

  test('reads a cached account again before it changes it', () => {
    expect(decide(observation({ fresh: false, account: account({ firstName: 'Jack' }) }), context())).toEqual({
      kind: 'read-account-again',
    });
  });

  test('an address of another account is not given to it, but other fields are changed', () => {
    const others = context({ accounts: [account({ id: 8 })] });
    const known = observation({ account: account({ emailAddress: 'old@x.test', firstName: 'Jack' }) });
    expect(decide(known, others)).toMatchObject({ kind: 'update-account', changes: { firstName: 'John' } });
    const rest = { account: account({ emailAddress: 'old@x.test' }), credentials: credentials({ emailAddress: 'old@x.test' }) };
    expect(problem(observation(rest), others)).toBe('EmailConflict');
  });

  test('the account that has an address keeps it', () => {
    expect(problem(observation(), context({ appUsers: [older({})], accounts: [account()] }))).toBe('Synced');
  });

  test('one that administers the application is left as it is', () => {
    expect(problem(observation({ account: account({ privileged: true, firstName: 'Jack' }) }))).toBe('Privileged');
    expect(problem(observation({ account: account({ privileged: true }) }))).toBe('Synced');
  });

  test('the message about an administrator names what makes it one', () => {
    const administrator = account({ privileged: true, privilege: 'group "admin"', firstName: 'Jack' });
    expect(decide(observation({ account: administrator }), context())).toMatchObject({
      status: { conditions: [{ reason: 'Privileged', message: expect.stringContaining('group "admin"') as string }] },
    });
  });

  test('one that is not proven to be ours is adopted when a person allows it, and then has no password of ours', () => {
    const adopt = appUser({ adopt: true });
    expect(problem(observation(unproven))).toBe('NameConflict');
    expect(decide(observation({ ...unproven, appUser: adopt }), context())).toMatchObject({
      kind: 'write-credentials',
      newPassword: false,
      content: { userId: 7, passwordUnknown: 'Adopted' },
    });
    const had = decide(observation({ ownership: 'unproven', appUser: adopt }), context());
    expect(had).toMatchObject({ kind: 'write-credentials' });
    expect(had).not.toHaveProperty('content.password');
    const done = { ...without(credentials(), 'password'), passwordUnknown: 'Adopted' as const };
    expect(problem(observation({ ownership: 'unproven', appUser: adopt, credentials: done }))).toBe('Adopted');
  });

  test.each([
    ['an administrator', { account: account({ privileged: true }) }, {}],
    [
      'that of another AppUser',
      {},
      { appUsers: [older({ status: { userId: 7 }, spec: { username: 'other', emailAddress: 'o@x.test' } })] },
    ],
    ['wanted by an older AppUser', {}, { appUsers: [older({ spec: { username: 'john.doe', emailAddress: 'o@x.test' } })] }],
  ])('one that is %s is not adopted, also with the annotation', (_, details, others) => {
    expect(problem(observation({ ...unproven, appUser: appUser({ adopt: true }), ...details }), context(others))).toBe('NameConflict');
  });

  test('a lost Secret comes back without a password, and the status says so', () => {
    const action = decide(observation({ credentials: undefined }), context());
    expect(action).toMatchObject({ kind: 'write-credentials', newPassword: false, content: { passwordUnknown: 'SecretLost', userId: 7 } });
    const secret = { ...without(credentials(), 'password'), passwordUnknown: 'SecretLost' as const };
    expect(decide(observation({ credentials: secret }), context())).toMatchObject({
      status: {
        conditions: [
          { type: 'Ready', reason: 'Synced' },
          { type: 'PasswordUnknown', status: 'True', reason: 'SecretLost' },
        ],
      },
    });
  });

  test("does not change a Secret that is not the operator's", () => {
    expect(problem(observation({ credentials: { kind: 'foreign', resourceVersion: '1' } }))).toBe('SecretConflict');
  });

  test('reports that the name of the Secret would be too long', () => {
    expect(problem(observation({ appUser: appUser({ name: 'n'.repeat(249), spec: { username: 'john.doe' } }) }))).toBe('Invalid');
  });
});
