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

/** An application that answers a change of the first name as asked, and stores another one. */
class Forgetful extends Application {
  changes = 0;

  override async update(id: number, changes: AccountChanges): Promise<Account> {
    this.changes++;
    const account = await super.update(id, changes);
    return { ...account, firstName: 'Another' };
  }
}

test('a change that the application does not keep becomes a condition with a reason, and is asked for once', async () => {
  const faults = new FaultInjector();
  const [kubernetes, application, clock, view] = [new Kubernetes(faults), new Forgetful(faults), new FakeClock(), new AppUsers()];
  await clock.pass(100_000);
  kubernetes.create('robert', { firstName: 'Ann', lastName: 'Doe', emailAddress: 'ann@x.test' });
  kubernetes.onWritten = (appUser) => view.put(appUser);
  for (const appUser of kubernetes.appUsers.values()) view.put(appUser);
  const accountCache = new AccountCache(application, clock);
  const normalized = application.normalized.bind(application);
  const context = createContext({ appUsers: view, accountCache, clock, publicUrl: 'http://cvat.test', normalized });
  const observer = new Observer(kubernetes, application, accountCache, context);
  const reconciler = new Reconciler(observer, new Executor(kubernetes, application, accountCache, observer), context);
  const created = view.get('robert');
  if (!created) throw new Error('unreachable');
  expect(await reconciler.reconcile(created, 0, { mayCreate: true })).toEqual({ kind: 'settled' });
  const [ready] = view.get('robert')?.status.conditions ?? [];
  expect(ready).toMatchObject({ status: 'False', reason: 'ChangeNotKept', message: expect.stringContaining('firstName') as string });
  // One to rename the new account, and one to correct its first name.
  expect(application.changes).toBe(2);
});
