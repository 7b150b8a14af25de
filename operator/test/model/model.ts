import { Unavailable } from '../../src/accounts/account';
import { type AppUser, conditionOf, isOlder, temporaryUsernameOf, uidOfTemporaryUsername } from '../../src/app-user/app-user';
import { fromManifest } from '../../src/credentials/credentials';
import { Changed } from '../../src/reconcile/object-store';
import { FakeClock } from '../fake-clock';
import { Application, type StoredAccount } from './application';
import type { AccountChange, Event } from './events';
import { FaultInjector, Killed, NO_FAULT, type Plan } from './fault-injection';
import { Kubernetes } from './kubernetes';
import { ModelOperator } from './operator';

/** Kubernetes, an application and an operator, to which things happen; what must never be is an exception. */
export class Model {
  readonly faults = new FaultInjector();
  readonly kubernetes = new Kubernetes(this.faults);
  readonly application = new Application(this.faults);
  private readonly clock = new FakeClock();
  private operator = this.started();
  private serial = 0;
  /** Numbers of accounts that an AppUser was allowed to adopt. */
  private readonly adopted = new Set<number>();
  /**
   * The uids of AppUsers whose account cannot be recognized: the operator was killed between its creation and the recording of its number, and
   * before the restart a person changed what proves that it is the AppUser's. Then a person has to decide.
   */
  readonly unrecognizable = new Set<string>();

  constructor() {
    this.application.onTouch = (account) => this.mayTouch(account);
  }

  async happen(event: Event): Promise<void> {
    // All cached accounts are too old to rely on.
    await this.clock.pass(100_000);
    switch (event.kind) {
      case 'create':
        return this.kubernetes.create(event.name, event.spec, event.adopt);
      case 'edit':
        return this.kubernetes.edit(event.name, event.spec, event.adopt);
      case 'delete':
        return this.kubernetes.delete(event.name);
      case 'secret-lost':
        this.unrecorded(({ madeFor }) => madeFor?.name === event.name, { alsoInSecret: false });
        return void this.kubernetes.secrets.delete(`${event.name}-cvat`);
      case 'password-key-lost':
        return this.losePassword(`${event.name}-cvat`);
      case 'account-changes':
        return this.changeAccount([...this.application.stored.values()][1 + event.nth], event.change);
      case 'register':
        return this.register(event.username, event.emailAddress.toLowerCase());
      case 'watch-delivers':
        return this.operator.hear();
      case 'resync':
        return this.attempt(NO_FAULT, () => this.operator.resync());
      case 'late-commit':
        return this.application.commit(event.nth);
      case 'refuses':
        return void (this.application.refusing = event.reason);
      case 'restart':
        return void (this.operator = this.started());
      case 'reconcile':
        return this.attempt(event.plan, () => this.operator.reconcile(event.name));
    }
  }

  /** All is quiet: the operator does what it does by itself, until a whole round writes nothing; and again after each late commit. */
  async calmDown(): Promise<void> {
    await this.settle();
    while (this.application.uncommitted.length > 0) {
      this.application.commit(0);
      await this.settle();
    }
  }

  private async settle(): Promise<void> {
    for (let round = 0; round < 12; round++) {
      const before = this.faults.writes;
      await this.round();
      if (this.faults.writes === before) return;
    }
    throw new Error('the operator does not come to rest');
  }

  async round(): Promise<void> {
    await this.clock.pass(100_000);
    this.operator.hear();
    await this.operator.resync();
    for (const name of [...this.kubernetes.appUsers.keys()]) {
      await this.attempt(NO_FAULT, () => this.operator.reconcile(name));
      this.operator.hear();
    }
  }

  /** The accounts that were made for one AppUser and still exist. */
  accountsMadeFor(uid: string): readonly StoredAccount[] {
    return [...this.application.stored.values()].filter(({ madeFor }) => madeFor?.uid === uid);
  }

  /** Whether another wants the same, and got it or comes first. */
  rivals(appUser: AppUser, same: (one: AppUser) => string): boolean {
    const others = [...this.kubernetes.appUsers.values()].filter((other) => other.name !== appUser.name && !other.deleting);
    return others.some((other) => same(other) === same(appUser) && isOlder(other, appUser));
  }

  account(appUser: AppUser): StoredAccount | undefined {
    return appUser.status.userId === undefined ? undefined : this.application.stored.get(appUser.status.userId);
  }

  ready(appUser: AppUser): string {
    const ready = conditionOf(appUser, 'Ready');
    return `${ready?.status} ${ready?.reason}`;
  }

  private started(): ModelOperator {
    return new ModelOperator(this.kubernetes, this.application, this.clock);
  }

  private async attempt(plan: Plan, run: () => Promise<unknown>): Promise<void> {
    this.faults.arm(plan);
    try {
      await run();
    } catch (error) {
      if (error instanceof Killed) this.operator = this.started();
      else if (!(error instanceof Changed) && !(error instanceof Unavailable)) throw error;
    } finally {
      this.faults.arm(NO_FAULT);
      this.application.current = undefined;
    }
    this.check();
  }

  /** What holds at every moment. */
  private check(): void {
    for (const uid of new Set([...this.application.stored.values()].map(({ madeFor }) => madeFor?.uid))) {
      if (this.application.lateCommits > 0) return;
      if (uid !== undefined && !this.unrecognizable.has(uid) && this.accountsMadeFor(uid).length > 1)
        throw new Error(`the AppUser ${uid} has two accounts`);
    }
    const addresses = [...this.application.stored.values()].filter(({ madeFor }) => madeFor).map(({ emailAddress }) => emailAddress);
    if (new Set(addresses).size < addresses.length) throw new Error('two accounts of the operator share an address');
  }

  private mayTouch(account: StoredAccount): void {
    const { current } = this.application;
    if (current === undefined && this.isOrphan(account)) return;
    const appUser = current && this.operator.view.get(current.name);
    if (!appUser) throw new Error('the operator acts without an AppUser');
    if (account.privileged) throw new Error(`the operator touches the administrator ${account.username}`);
    if (account.madeFor?.name === appUser.name || this.adopted.has(account.id)) return;
    if (appUser.adopt) return void this.adopted.add(account.id);
    throw new Error(`the operator touches ${account.username}, which is not ${appUser.name}'s`);
  }

  /** Whether it was registered for an AppUser that is gone, and its username was given to no user. */
  private isOrphan({ username }: StoredAccount): boolean {
    const uid = uidOfTemporaryUsername(username);
    return uid !== undefined && ![...this.kubernetes.appUsers.values()].some((appUser) => appUser.uid === uid);
  }

  private unrecorded(
    affected: (account: StoredAccount) => boolean,
    { alsoInSecret = true, renamed = false }: { readonly alsoInSecret?: boolean; readonly renamed?: boolean } = {},
  ): void {
    const recorded = new Set([...this.kubernetes.appUsers.values()].map(({ status }) => status.userId));
    for (const secret of this.kubernetes.secrets.values()) {
      const content = fromManifest(secret);
      if (alsoInSecret && content.kind === 'ours') recorded.add(content.userId);
    }
    for (const account of this.application.stored.values()) {
      // By the temporary username it is recognized without a record.
      const named = !renamed && uidOfTemporaryUsername(account.username) !== undefined;
      if (account.madeFor && affected(account) && !named && !recorded.has(account.id)) this.unrecognizable.add(account.madeFor.uid);
    }
  }

  private losePassword(name: string): void {
    this.unrecorded(({ madeFor }) => `${madeFor?.name}-cvat` === name);
    const secret = this.kubernetes.secrets.get(name);
    const own = secret && fromManifest(secret);
    if (!secret || own?.kind !== 'ours') return;
    const data = Object.fromEntries(Object.entries(secret.data ?? {}).filter(([key]) => key !== 'password'));
    this.kubernetes.secrets.set(name, { metadata: { ...secret.metadata, resourceVersion: `lost-${++this.serial}` }, data });
  }

  private register(username: string, emailAddress: string): void {
    const named = this.application.find((account) => account.username.toLowerCase() === username);
    if (!named && this.application.holdersOf(emailAddress).length === 0 && username.length >= 5)
      this.application.register({ username, emailAddress });
  }

  /** A person whose AppUser has recorded the account renames it to the username under which another AppUser registers. */
  private takeTemporaryUsername({ id }: StoredAccount): void {
    const appUsers = [...this.kubernetes.appUsers.values()];
    const other = appUsers.find(({ status }) => status.userId !== id);
    const username = other && temporaryUsernameOf(other);
    const recorded = appUsers.some(({ status, deleting }) => status.userId === id && !deleting);
    if (!recorded || username === undefined || this.application.find((account) => account.username === username)) return;
    this.application.change(id, { username });
  }

  private changeAccount(account: StoredAccount | undefined, change: AccountChange): void {
    if (!account || account.username === 'robot') return;
    const { id } = account;
    const fresh = ++this.serial;
    if (change === 'takes-temporary-username') return this.takeTemporaryUsername(account);
    this.unrecorded((one) => one.id === id, { renamed: change === 'renames-itself' });
    if (change === 'deletes-itself') this.application.stored.delete(id);
    if (change === 'renames-itself') this.application.change(id, { username: `renamed-${fresh}` });
    if (change === 'changes-password') this.application.change(id, { password: `changed-${fresh}` });
    if (change === 'is-deactivated') this.application.change(id, { active: false });
    if (change === 'changes-names') this.application.change(id, { firstName: `First ${fresh}` });
    if (change === 'changes-address') this.application.change(id, { emailAddress: `changed-${fresh}@x.test` });
    if (change === 'is-promoted') this.application.change(id, { privileged: true });
  }
}
