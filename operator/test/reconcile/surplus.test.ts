import type { Account } from '../../src/accounts/account';
import { Unavailable } from '../../src/accounts/account';
import { AccountCache } from '../../src/accounts/account-cache';
import { AppUsers } from '../../src/app-user/app-users';
import { Executor } from '../../src/reconcile/executor';
import { Observer } from '../../src/reconcile/observer';
import { closeOrphans } from '../../src/reconcile/surplus';
import { FakeClock } from '../fake-clock';
import { Application } from '../model/application';
import { FaultInjector } from '../model/fault-injection';
import { Kubernetes } from '../model/kubernetes';
import { context, observation } from './support';

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
