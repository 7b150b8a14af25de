import { type Account, type AccountChanges, type Accounts, type NewAccount, Refused, Unavailable } from '../../src/accounts/account';
import { normalized } from '../../src/accounts/cvat/normalization';
import { type FaultInjector, Killed } from './fault-injection';

export interface StoredAccount extends Account {
  readonly password: string;
  /** The uid and the name of the AppUser that was being reconciled when it was made; nothing if a person registered. */
  readonly madeFor?: { readonly uid: string; readonly name: string };
  /** The address that it registered with: reserved for it, also when it has another one. */
  readonly registeredAddress: string;
}

/** The accounts of an application with CVAT's rules, in memory. */
export class Application implements Accounts {
  readonly stored = new Map<number, StoredAccount>();
  /** Whom the operator works for at the moment. */
  current: { readonly uid: string; readonly name: string } | undefined;
  /** Called before the operator changes or removes an account. */
  onTouch: (account: StoredAccount) => void = () => undefined;
  /** Registrations whose transaction is still open. */
  readonly uncommitted: Partial<StoredAccount>[] = [];
  lateCommits = 0;
  private lastId = 0;

  constructor(private readonly faults: FaultInjector) {
    this.register({ username: 'robot', emailAddress: 'robot@x.test', privileged: true });
  }

  register(account: Partial<StoredAccount>): StoredAccount {
    const made = {
      ...{ username: 'anyone', firstName: '', lastName: '', emailAddress: '', active: true, privileged: false, password: 'own' },
      registeredAddress: account.emailAddress ?? '',
      ...account,
      id: ++this.lastId,
    };
    this.stored.set(made.id, made);
    return made;
  }

  change(id: number, changes: Partial<StoredAccount>): void {
    const account = this.stored.get(id);
    if (account) this.stored.set(id, { ...account, ...changes });
  }

  ready(): Promise<void> {
    return this.faults.around('read', () => undefined);
  }

  async *pages(): AsyncIterable<readonly Account[]> {
    yield await this.faults.around('read', () => [...this.stored.values()].map(visible));
  }

  byId(id: number): Promise<Account | undefined> {
    return this.faults.around('read', () => optional(this.stored.get(id)));
  }

  byUsername(username: string): Promise<Account | undefined> {
    return this.faults.around('read', () => optional(this.find((account) => account.username === username)));
  }

  normalized<Fields extends AccountChanges>(fields: Fields): Fields {
    return normalized(fields);
  }

  /** CVAT tells only whether exactly one account has or had an address, and whether a password opens that one. */
  emailAddressIsTaken(emailAddress: string, own: Pick<Account, 'id'> | undefined, password: string | undefined): Promise<boolean> {
    return this.faults.around('read', () => {
      const [holder, another] = this.holdersOf(emailAddress);
      if (holder === undefined || another !== undefined) return false;
      return !(holder.id === own?.id && holder.active && holder.password === password);
    });
  }

  /** The accounts that have or had an address. */
  holdersOf(address: string): readonly StoredAccount[] {
    return [...this.stored.values()].filter((account) => [account.emailAddress, account.registeredAddress].includes(address));
  }

  /** Why registrations are refused at the moment, all of them. */
  refusing: 'invalid' | 'forbidden' | undefined;

  checkCreation(account: Omit<NewAccount, 'password'>): Promise<void> {
    return this.faults.around('read', () => this.refuse(account));
  }

  private refuse({ username }: Omit<NewAccount, 'password'>): void {
    if (this.refusing !== undefined) throw new Refused(this.refusing, 'no');
    if (username.length < 5) throw new Refused('invalid', 'at least 5 characters');
    if (this.find((account) => account.username.toLowerCase() === username.toLowerCase())) {
      throw new Refused('username-taken', 'a user with that username already exists');
    }
  }

  create({ password, ...account }: NewAccount): Promise<Account> {
    const details = { ...account, password, madeFor: this.current };
    const what = this.faults.takeRegistration();
    return this.faults.around('write', () => {
      this.refuse(account);
      if (this.holdersOf(account.emailAddress).length > 0) {
        throw new Refused('email-taken', 'a user is already registered with this e-mail address');
      }
      if (what !== undefined) this.uncommitted.push(details);
      if (what === 'late') throw new Unavailable('no answer within 30 s');
      if (what === 'late-killed') throw new Killed('killed');
      return visible(this.register(details));
    });
  }

  /** Commits one of the registrations that were checked long ago: the database checks nothing but the exact username. */
  commit(nth: number): void {
    const [details] = this.uncommitted.splice(nth % Math.max(1, this.uncommitted.length), 1);
    if (details === undefined || this.find(({ username }) => username === details.username)) return;
    this.register(details);
    this.lateCommits++;
  }

  update(id: number, changes: AccountChanges): Promise<Account> {
    return this.faults.around('write', () => {
      const account = this.existing(id);
      this.onTouch(account);
      if (changes.username !== undefined && this.find((other) => other.id !== id && other.username === changes.username)) {
        throw new Refused('username-taken', 'a user with that username already exists');
      }
      this.change(id, changes);
      return visible(this.existing(id));
    });
  }

  remove(id: number): Promise<void> {
    return this.faults.around('write', () => {
      const account = this.stored.get(id);
      if (account) this.onTouch(account);
      this.stored.delete(id);
    });
  }

  opens(username: string, password: string): Promise<number | undefined> {
    return this.faults.around('read', () => {
      return this.find((account) => account.active && account.username === username && account.password === password)?.id;
    });
  }

  find(matches: (account: StoredAccount) => boolean): StoredAccount | undefined {
    return [...this.stored.values()].find(matches);
  }

  private existing(id: number): StoredAccount {
    const account = this.stored.get(id);
    if (!account) throw new Refused('not-found', 'no such account');
    return account;
  }
}

function visible({ id, username, firstName, lastName, emailAddress, active, privileged }: StoredAccount): Account {
  return { id, username, firstName, lastName, emailAddress, active, privileged };
}

function optional(account: StoredAccount | undefined): Account | undefined {
  return account && visible(account);
}
