import type { AppUserStatus } from '../../src/app-user/app-user';
import { decide } from '../../src/reconcile/decide';
import { absent, unproven, unavailable, problem, inSync, account, appUser, observation, NOW, context } from './support';

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

describe('while the application cannot be asked', () => {
  test('a new AppUser says that it waits, once', () => {
    const known = observation({ ...absent, failure: unavailable({ retryAfterSeconds: 9 }) });
    const action = decide(known, context());
    expect(action).toMatchObject({
      kind: 'write-status',
      status: {
        conditions: [
          { status: 'False', reason: 'WaitingForCVAT', message: 'The application cannot be asked now, and is asked again: down' },
        ],
      },
    });
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
