import type { Account } from '../../src/accounts/account';
import { Unavailable } from '../../src/accounts/account';
import { AccountCache } from '../../src/accounts/account-cache';
import { AppUsers } from '../../src/app-user/app-users';
import { Executor } from '../../src/reconcile/executor';
import { decide } from '../../src/reconcile/decide';
import { Observer } from '../../src/reconcile/observer';
import { closeOrphans } from '../../src/reconcile/surplus';
import { FakeClock } from '../fake-clock';
import { Application } from '../model/application';
import { FaultInjector } from '../model/fault-injection';
import { Kubernetes } from '../model/kubernetes';
import { account, appUser, context, credentials, observation } from './support';

const faults = new FaultInjector();
let application: Application;
let accountCache: AccountCache;
/** What happened, in its order. */
let happened: string[];

beforeEach(() => {
  application = new Application(faults);
  accountCache = new AccountCache(application, new FakeClock());
  happened = [];
  application.onTouch = ({ id }) => void happened.push(`touched ${id}`);
});

const surplusUsername = (nth: number): string => `app-user-00000000-0000-4000-8000-00000000000${nth}`;

/** As over a network, the Event is written later. */
async function written(what: string): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  happened.push(`told ${what}`);
}

test.each([false, true])('the Event about a second account is written before it is closed (removed: %s)', async (remove) => {
  const kubernetes = new Kubernetes(faults);
  kubernetes.tell = (_, { reason }) => written(reason);
  const surplus = application.register({ username: surplusUsername(1) });
  const observer = new Observer(kubernetes, application, accountCache, () => context());
  const executor = new Executor(kubernetes, application, accountCache, observer, () => happened.push('counted'));
  const notice = { type: 'Warning', reason: 'SurplusAccount', note: 'late' } as const;
  const known = await executor.perform({ kind: 'close-surplus', id: surplus.id, remove, notice }, observation({ surplus }));
  expect(happened).toEqual(['told SurplusAccount', 'touched 2', 'counted']);
  expect(known.surplus?.active).toBe(remove ? undefined : false);
});

test('each account whose AppUser is gone is reported before it is closed, also when a later one cannot be read', async () => {
  for (const nth of [1, 2]) application.register({ username: surplusUsername(nth) });
  await accountCache.refresh();
  const byId = application.byId.bind(application);
  application.byId = (id): Promise<Account | undefined> => (id === 3 ? Promise.reject(new Unavailable('down')) : byId(id));
  const reporting = { closing: ({ id }: Account) => written(String(id)), closed: ({ id }: Account) => happened.push(`closed ${id}`) };
  await expect(closeOrphans(application, accountCache, new AppUsers(), reporting)).rejects.toThrow('down');
  expect(happened).toEqual(['told 2', 'touched 2', 'closed 2']);
});

describe('an account whose username is the temporary one of another AppUser', () => {
  const uid = '00000000-0000-4000-8000-000000000001';
  const john = appUser({ uid, status: { userId: 3 } });
  const found = async (owners: Parameters<typeof appUser>[0][]) => {
    const jane = application.register({ username: surplusUsername(1), emailAddress: 'jane@x.test' });
    application.register({ username: 'john.doe', emailAddress: 'john.doe@x.test' });
    const appUsers = owners.map((owner) => appUser({ ...owner, status: { userId: jane.id } }));
    const observer = new Observer(new Kubernetes(faults), application, accountCache, () => context({ appUsers }));
    return {
      account: (await observer.find(appUser({ uid }), undefined, true)).account?.id,
      surplus: (await observer.find(john, credentials({ userId: 3 }), true)).surplus?.id,
    };
  };

  test('is left alone while it is recorded for the AppUser of the person who took that name', async () => {
    expect(await found([{ name: 'jane', uid: 'uid-2' }])).toEqual({ account: 3, surplus: undefined });
  });

  test('is the account of that AppUser, or surplus beside it, if it is recorded for none', async () => {
    expect(await found([])).toEqual({ account: 2, surplus: 2 });
  });

  test('is given to no AppUser that declares it', () => {
    const declaring = appUser({ spec: { username: surplusUsername(1) } });
    for (const existing of [undefined, account({ username: surplusUsername(1) })]) {
      expect(decide(observation({ appUser: declaring, account: existing, credentials: undefined }), context())).toMatchObject({
        kind: 'write-status',
        status: { conditions: [{ reason: 'Invalid', message: expect.stringMatching(/^spec.username: must not be/) as string }] },
      });
    }
  });
});
