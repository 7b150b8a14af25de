import { AppUsers } from '../../src/app-user/app-users';
import { AccountCache } from '../../src/accounts/account-cache';
import { Executor } from '../../src/reconcile/executor';
import { Observer } from '../../src/reconcile/observer';
import { type Outcome, Reconciler } from '../../src/reconcile/reconciler';
import { createContext } from '../../src/reconcile/context';
import { closeOrphans } from '../../src/reconcile/surplus';
import type { FakeClock } from '../fake-clock';
import type { Application } from './application';
import type { Kubernetes } from './kubernetes';

/** What an operator has in memory between its start and its end; without the queue, whose order the test gives. */
export class ModelOperator {
  readonly view = new AppUsers();
  private readonly accountCache: AccountCache;
  private readonly reconciler: Reconciler;
  private readonly changedAt = new Map<string, number>();

  constructor(
    private readonly kubernetes: Kubernetes,
    private readonly application: Application,
    private readonly clock: FakeClock,
  ) {
    this.accountCache = new AccountCache(application, clock);
    const context = createContext({
      appUsers: this.view,
      accountCache: this.accountCache,
      clock,
      publicUrl: 'http://cvat.test',
      normalized: (fields) => application.normalized(fields),
    });
    const observer = new Observer(kubernetes, application, this.accountCache, context);
    const executor = new Executor(kubernetes, application, this.accountCache, observer);
    this.reconciler = new Reconciler(observer, executor, context);
    kubernetes.onWritten = (appUser) => this.view.put(appUser);
    this.hear();
  }

  /** The events of a watch arrive: until then, the operator's view is that of before. */
  hear(): void {
    for (const name of [...this.view.names()]) if (!this.kubernetes.appUsers.has(name)) this.view.remove(name);
    for (const appUser of this.kubernetes.appUsers.values()) {
      if (this.view.get(appUser.name)?.resourceVersion === appUser.resourceVersion) continue;
      this.view.put(appUser);
      this.changedAt.set(appUser.name, this.clock.now());
    }
  }

  async resync(): Promise<void> {
    await this.accountCache.refresh();
    await closeOrphans(this.application, this.accountCache, this.view, {
      closing: () => Promise.resolve(),
      closed: () => undefined,
    });
  }

  async reconcile(name: string): Promise<Outcome> {
    const appUser = this.view.get(name);
    if (!appUser) return { kind: 'settled' };
    this.application.current = { uid: appUser.uid, name };
    return this.reconciler.reconcile(appUser, this.changedAt.get(name) ?? 0, { mayCreate: true });
  }
}
