import { decide } from '../../src/reconcile/decide';
import type { Observation } from '../../src/reconcile/observation';
import { account, appUser, context, credentials, observation, without } from './support';

const absent = { account: undefined, ownership: 'unproven' } as const;

describe('an account with the temporary username', () => {
  const temporary = account({ username: 'app-user-uid-1' });
  const unrecorded = without(credentials(), 'userId');

  test('has its id written into the Secret before it is renamed', () => {
    const created = observation({ account: temporary, credentials: unrecorded, passwordOpens: true });
    expect(decide(created, context())).toMatchObject({
      kind: 'write-credentials',
      content: { userId: 7, username: 'john.doe', password: 'secret' },
    });
    expect(decide(observation({ account: temporary }), context())).toMatchObject({
      kind: 'update-account',
      changes: { username: 'john.doe' },
    });
  });

  test('keeps no password in the Secret that does not open it', () => {
    const found = { account: temporary, credentials: unrecorded };
    expect(decide(observation(found), context())).toEqual({ kind: 'read-account-again' });
    const action = decide(observation({ ...found, passwordOpens: false }), context());
    expect(action).toMatchObject({ kind: 'write-credentials', content: { passwordUnknown: 'SecretLost' } });
    expect(action).not.toHaveProperty('content.password');
  });

  const surplus = account({ id: 9, username: 'app-user-uid-1' });
  const removing = appUser({ spec: { deletionPolicy: 'Delete' } });

  test('is deactivated beside a recorded account, or removed under the policy Delete, and reported', () => {
    expect(decide(observation({ surplus }), context())).toMatchObject({
      ...{ kind: 'close-surplus', id: 9, remove: false },
      notice: { type: 'Warning', reason: 'SurplusAccount' },
    });
    expect(decide(observation({ surplus, appUser: removing }), context())).toMatchObject({ kind: 'close-surplus', id: 9, remove: true });
    expect(decide(observation({ surplus: { ...surplus, active: false } }), context()).kind).toBe('write-status');
    expect(decide(observation({ surplus: { ...surplus, privileged: true } }), context()).kind).toBe('write-status');
  });

  test("is deactivated also while the Secret is not the operator's", () => {
    const credentials = { kind: 'foreign', resourceVersion: '1' } as const;
    expect(decide(observation({ surplus, credentials }), context())).toMatchObject({ kind: 'close-surplus', id: 9 });
    expect(decide(observation({ surplus: { ...surplus, active: false }, credentials }), context())).toMatchObject({
      status: { conditions: [{ reason: 'SecretConflict' }] },
    });
  });

  test('is read again first when it is known from the cache', () => {
    expect(decide(observation({ surplus, fresh: false }), context())).toEqual({ kind: 'read-account-again' });
  });

  test('is closed before the AppUser goes', () => {
    expect(decide(observation({ surplus, appUser: appUser({ deleting: true }) }), context())).toMatchObject({ kind: 'close-surplus' });
  });
});

describe('an address', () => {
  const other = { account: account({ emailAddress: 'old@x.test' }), credentials: credentials({ emailAddress: 'old@x.test' }) };

  test('is looked up in the application before an existing account gets it', () => {
    expect(decide(observation(other), context())).toEqual({ kind: 'check-email-address' });
    expect(decide(observation({ ...other, emailAddressFree: true }), context())).toMatchObject({ kind: 'update-account' });
  });

  test('that another account had is an EmailConflict by edit as by creation, and the condition says why swapping fails', () => {
    const action = decide(observation({ ...other, emailAddressFree: false }), context());
    expect(action).toMatchObject({
      status: { conditions: [{ reason: 'EmailConflict', message: expect.stringContaining('cannot swap addresses') }] },
    });
  });
});

test('an address that a closed late registration keeps is an EmailConflict, and the condition says to remove that account', () => {
  const username = 'app-user-0d5e5e5e-0000-4000-8000-000000000000';
  const action = (active: boolean) => {
    const closed = account({ id: 9, username, active });
    return decide(observation({ ...absent, credentials: undefined }), context({ accounts: [closed] }));
  };
  const saying = (message: unknown) => ({ status: { conditions: [{ reason: 'EmailConflict', message }] } });
  expect(action(false)).toMatchObject(saying(expect.stringContaining('Remove it in the application')));
  expect(action(true)).toMatchObject(saying(expect.stringContaining('Change one of them')));
});

test('the Secret with a password goes when the application refuses to create its account', () => {
  const failure = { kind: 'refused', reason: 'email-taken', message: 'taken' } as const;
  const written = without(credentials(), 'userId');
  expect(decide(observation({ ...absent, credentials: written, failure }), context())).toEqual({ kind: 'delete-credentials' });
  const action = decide(observation({ ...absent, credentials: undefined, failure }), context());
  expect(action).toMatchObject({ status: { conditions: [{ reason: 'EmailConflict' }] } });
  expect(action).not.toHaveProperty('status.credentialsSecretName');
});

test('the Secret with a password goes when its account was removed and cannot be created again', () => {
  const holder = account({ id: 8, username: 'other' });
  expect(decide(observation(absent), context({ accounts: [holder] }))).toEqual({ kind: 'delete-credentials' });
});

test('the Secret with a password goes when another client created the account first, which it does not open', () => {
  const unrecorded = { ownership: 'unproven', credentials: without(credentials(), 'userId') } as const;
  expect(decide(observation(unrecorded), context())).toEqual({ kind: 'delete-credentials' });
  const kept = (details: Partial<Observation>) => decide(observation({ ...unrecorded, ...details }), context()).kind;
  expect(kept({ account: account({ active: false }) })).toBe('write-status');
  expect(kept({ account: account({ privileged: true }) })).toBe('write-status');
  expect(kept({ appUser: appUser({ status: { userId: 7 } }) })).toBe('write-status');
});
