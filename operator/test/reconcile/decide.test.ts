import type { AppUserStatus } from '../../src/app-user/app-user';
import { decide } from '../../src/reconcile/decide';
import type { ReconcileContext } from '../../src/reconcile/context';
import type { Failure, Observation } from '../../src/reconcile/observation';
import { account, appUser, credentials, observation, NOW, without, context } from './support';

const absent = { account: undefined, credentials: undefined, ownership: 'unproven' } as const;
const unproven = { ownership: 'unproven', credentials: undefined } as const;
const older = (details: Parameters<typeof appUser>[0]) =>
  appUser({ name: 'older', uid: 'uid-0', createdAt: '2025-01-01T00:00:00Z', ...details });
const unavailable = (details: Partial<Extract<Failure, { kind: 'unavailable' }>> = {}): Failure => ({
  ...{ kind: 'unavailable', message: 'down', acting: false },
  ...details,
});

/** The reason of the condition Ready in the status that is to be written. */
function problem(known: Observation, around: ReconcileContext = context()): string | undefined {
  const action = decide(known, around);
  return action.kind === 'write-status' ? action.status.conditions?.find(({ type }) => type === 'Ready')?.reason : action.kind;
}

/** The status of an AppUser that is in sync, and that AppUser with it. */
function inSync(): Observation {
  const action = decide(observation(), context());
  if (action.kind !== 'write-status') throw new Error(`unexpected: ${action.kind}`);
  return observation({ appUser: appUser({ status: action.status }) });
}

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

describe('the status', () => {
  test('says what was found', () => {
    expect(decide(observation({ touched: true }), context())).toEqual({
      kind: 'write-status',
      status: {
        observedGeneration: 1,
        username: 'john.doe',
        userId: 7,
        credentialsSecretName: 'john.doe-cvat',
        lastSyncTime: NOW,
        conditions: [
          {
            ...{ type: 'Ready', status: 'True', reason: 'Synced', message: 'The account is as this object wants it.' },
            ...{ observedGeneration: 1, lastTransitionTime: NOW },
          },
        ],
      },
    });
  });

  test('is not written again when it is equal, in any order of its fields', () => {
    const known = inSync();
    const reversed = (value: AppUserStatus): AppUserStatus => Object.fromEntries(Object.entries(value).reverse());
    expect(
      decide({ ...known, appUser: appUser({ status: reversed(known.appUser.status) }) }, context({ now: '2027-01-01T00:00:00Z' })),
    ).toEqual({
      kind: 'settle',
    });
  });

  test('keeps the time of the last transition until there is another', () => {
    const { appUser: before } = inSync();
    const later = context({ now: '2027-01-01T00:00:00Z' });
    const edited = decide(observation({ appUser: { ...before, generation: 2 } }), later);
    expect(edited).toMatchObject({ status: { conditions: [{ observedGeneration: 2, lastTransitionTime: NOW }] } });
    const failed = decide(observation({ appUser: before, ...unproven, account: account({ id: 9 }) }), later);
    expect(failed).toMatchObject({ status: { conditions: [{ status: 'False', lastTransitionTime: '2027-01-01T00:00:00Z' }] } });
  });

  test('is an Event when a problem begins or ends, not when all is well from the start', () => {
    expect(decide(observation(), context()).notice).toBeUndefined();
    const { appUser: before } = inSync();
    const failed = decide(observation({ appUser: before, account: account({ privileged: true, firstName: 'J' }) }), context());
    expect(failed.notice).toMatchObject({ type: 'Warning', reason: 'Privileged' });
    if (failed.kind !== 'write-status') throw new Error('unreachable');
    const healed = decide(observation({ appUser: { ...before, status: failed.status } }), context());
    expect(healed.notice).toMatchObject({ type: 'Normal', reason: 'Synced' });
  });
});

describe('while the application cannot be fresh', () => {
  test('a new AppUser says that it waits, once', () => {
    const known = observation({ ...absent, failure: unavailable({ retryAfterSeconds: 9 }) });
    const action = decide(known, context());
    expect(action).toMatchObject({ kind: 'write-status', status: { conditions: [{ status: 'False', reason: 'WaitingForCVAT' }] } });
    if (action.kind !== 'write-status') throw new Error('unreachable');
    const waiting = {
      ...known,
      appUser: appUser({ status: action.status }),
      failure: unavailable({ message: 'still down', retryAfterSeconds: 9 }),
    };
    expect(decide(waiting, context())).toEqual({ kind: 'settle', waiting: { afterSeconds: 9 } });
  });

  test('one that was in sync stays so, unless it was changed, or its account was to be', () => {
    const { appUser: before } = inSync();
    expect(decide(observation({ appUser: before, failure: unavailable() }), context())).toMatchObject({ kind: 'settle' });
    expect(problem(observation({ appUser: { ...before, generation: 2 }, failure: unavailable() }))).toBe('WaitingForCVAT');
    expect(problem(observation({ appUser: before, failure: unavailable({ acting: true }) }))).toBe('WaitingForCVAT');
  });

  test('the status keeps what was known of the account', () => {
    const { appUser: before } = inSync();
    const action = decide(observation({ ...absent, appUser: { ...before, generation: 2 }, failure: unavailable() }), context());
    expect(action).toMatchObject({ status: { username: 'john.doe', userId: 7, credentialsSecretName: 'john.doe-cvat' } });
  });
});

describe('an AppUser that is being deleted', () => {
  const deleting = appUser({ deleting: true, status: { userId: 7 } });
  const deletingAll = appUser({ deleting: true, status: { userId: 7 }, spec: { deletionPolicy: 'Delete' } });

  test('is not handled without our finalizer', () => {
    expect(decide(observation({ appUser: appUser({ deleting: true, finalizers: ['other'] }) }), context())).toEqual({ kind: 'settle' });
  });

  test('has its account closed, and then can go', () => {
    expect(decide(observation({ appUser: deleting }), context())).toMatchObject({
      kind: 'update-account',
      id: 7,
      changes: { active: false },
    });
    expect(decide(observation({ appUser: deleting, account: account({ active: false }) }), context())).toEqual({
      kind: 'release-finalizer',
    });
  });

  test('first leaves a record by which the account is found again', () => {
    const secret = without(credentials(), 'userId');
    expect(decide(observation({ appUser: deleting, credentials: secret }), context())).toMatchObject({
      kind: 'write-credentials',
      newPassword: false,
      content: { userId: 7, password: 'secret' },
    });
  });

  test('with the policy Delete has its account removed, then its Secret, and then can go', () => {
    expect(decide(observation({ appUser: deletingAll }), context())).toMatchObject({ kind: 'remove-account', id: 7 });
    const gone = { appUser: deletingAll, account: undefined, ownership: 'unproven' } as const;
    expect(decide(observation(gone), context())).toEqual({ kind: 'delete-credentials' });
    expect(decide(observation({ ...gone, credentials: undefined }), context())).toEqual({ kind: 'release-finalizer' });
  });

  test('does not change an account that is not its own, or administers the application', () => {
    expect(decide(observation({ ...unproven, appUser: appUser({ deleting: true }) }), context())).toEqual({ kind: 'release-finalizer' });
    expect(decide(observation({ appUser: deletingAll, account: account({ privileged: true }) }), context())).toMatchObject({
      kind: 'release-finalizer',
      notice: { reason: 'LeftAlone' },
    });
    expect(decide(observation({ ...unproven, appUser: deleting }), context())).toMatchObject({ notice: { reason: 'LeftAlone' } });
  });

  test('waits for an application that is down, but not for one that is gone', () => {
    const failure = unavailable();
    expect(problem(observation({ appUser: deleting, failure, applicationGone: false }))).toBe('WaitingForCVAT');
    expect(decide(observation({ appUser: deleting, failure, applicationGone: true }), context())).toMatchObject({
      kind: 'release-finalizer',
      notice: { type: 'Warning', reason: 'ApplicationGone' },
    });
  });

  test('says so when the application forbids it', () => {
    const failure = { kind: 'refused', reason: 'forbidden', message: 'no' } as const;
    expect(problem(observation({ appUser: deleting, failure }))).toBe('Forbidden');
  });
});
