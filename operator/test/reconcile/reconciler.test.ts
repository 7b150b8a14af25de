import type { Account, AccountChanges } from '../../src/accounts/account';
import { AccountCache } from '../../src/accounts/account-cache';
import { AppUsers } from '../../src/app-user/app-users';
import { createContext } from '../../src/reconcile/context';
import { Executor } from '../../src/reconcile/executor';
import { Observer } from '../../src/reconcile/observer';
import { Reconciler } from '../../src/reconcile/reconciler';
import { FakeClock } from '../fake-clock';
import { Application } from '../model/application';
import { FaultInjector } from '../model/fault-injection';
import { Kubernetes } from '../model/kubernetes';

/** An application that accepts a change of the first name, and keeps another one. */
class Forgetful extends Application {
  readonly changes: AccountChanges[] = [];

  override async update(id: number, changes: AccountChanges): Promise<Account> {
    this.changes.push(changes);
    return super.update(id, { ...changes, ...(changes.firstName !== undefined && { firstName: 'Another' }) });
  }
}

const faults = new FaultInjector();
let kubernetes: Kubernetes;
let application: Forgetful;
let clock: FakeClock;
let view: AppUsers;
let reconciler: Reconciler;
let accountCache: AccountCache;

beforeEach(async () => {
  [kubernetes, application, clock, view] = [new Kubernetes(faults), new Forgetful(faults), new FakeClock(), new AppUsers()];
  await clock.pass(100_000);
  kubernetes.create('robert', { firstName: 'Ann', lastName: 'Doe', emailAddress: 'ann@x.test' });
  kubernetes.onWritten = (appUser) => view.put(appUser);
  accountCache = new AccountCache(application, clock);
  const normalized = application.normalized.bind(application);
  const context = createContext({ appUsers: view, accountCache, clock, publicUrl: 'http://cvat.test', normalized });
  const observer = new Observer(kubernetes, application, accountCache, context);
  reconciler = new Reconciler(observer, new Executor(kubernetes, application, accountCache, observer), context);
  await resync();
});

/** The operator reads all accounts and reconciles the AppUser, a while after the last time. */
async function resync(): Promise<void> {
  await clock.pass(100_000);
  await accountCache.refresh();
  for (const appUser of kubernetes.appUsers.values()) view.put(appUser);
  const appUser = view.get('robert');
  if (!appUser) throw new Error('unreachable');
  expect(await reconciler.reconcile(appUser, 0, { mayCreate: true })).toEqual({ kind: 'settled' });
}

test('a change that the application does not keep becomes a condition with a reason, and is asked for once', async () => {
  kubernetes.edit('robert', { firstName: 'Bob', lastName: 'Roe' });
  await resync();
  const [ready] = view.get('robert')?.status.conditions ?? [];
  expect(ready).toMatchObject({ status: 'False', reason: 'ChangeNotKept', message: expect.stringContaining('of firstName of') as string });
  // After the one that renamed the new account.
  expect(application.changes.slice(1)).toEqual([{ firstName: 'Bob', lastName: 'Roe' }, { firstName: 'Bob' }]);
});

test('a change that the application does not keep is asked for once at each resync, without an Event and without a write', async () => {
  kubernetes.edit('robert', { firstName: 'Bob' });
  await resync();
  const { resourceVersion } = kubernetes.appUsers.get('robert') ?? {};
  const notices = kubernetes.notices.length;
  expect(kubernetes.notices.map(({ reason }) => reason).at(-1)).toBe('ChangeNotKept');
  application.changes.length = 0;
  await resync();
  await resync();
  expect(application.changes).toEqual([{ firstName: 'Bob' }, { firstName: 'Bob' }]);
  expect(kubernetes.notices).toHaveLength(notices);
  expect(kubernetes.appUsers.get('robert')?.resourceVersion).toBe(resourceVersion);
});
