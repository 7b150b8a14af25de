import { decide } from '../../src/reconcile/decide';
import { unproven, unavailable, problem, account, appUser, credentials, observation, without, context } from './support';

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
