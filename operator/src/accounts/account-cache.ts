import type { Account, Accounts } from './account';
import type { TimeSource } from '../queue/time-source';

/**
 * All accounts as they were when they were last read, and as the operator has changed them since. Reading them is the most expensive request
 * that there is, so it is done once for all AppUsers. What is not in here may exist nevertheless: ask the application before you act on that.
 */
export class AccountCache {
  private byNumber = new Map<number, Account>();
  /** In lower case: applications let names differ in case alone, though only some accounts get such names. */
  private byName = new Map<string, readonly Account[]>();
  private byAddress = new Map<string, readonly Account[]>();
  private readAt = -Infinity;
  private reading: Promise<void> | undefined;
  /** What was changed while all accounts are being read: the page with it may have been read before. */
  private readonly changedMeanwhile = new Map<number, Account | undefined>();

  constructor(
    private readonly accounts: Accounts,
    private readonly clock: TimeSource,
    /** Called with an account as it was, when its name and address are free again or may be. */
    private readonly freed: (account: Account) => void = () => undefined,
  ) {}

  get ageSeconds(): number {
    return (this.clock.now() - this.readAt) / 1000;
  }

  /** When all accounts were last read, in the clock's milliseconds: what changed later is not in here. */
  get lastRead(): number {
    return this.readAt;
  }

  all(): IterableIterator<Account> {
    return this.byNumber.values();
  }

  byId(id: number): Account | undefined {
    return this.byNumber.get(id);
  }

  byUsername(username: string): Account | undefined {
    return this.withUsername(username).find((account) => account.username === username);
  }

  /** Also those whose name differs in case: an application makes no second one of them. */
  withUsername(username: string): readonly Account[] {
    return this.byName.get(username.toLowerCase()) ?? [];
  }

  withEmailAddress(emailAddress: string): readonly Account[] {
    return this.byAddress.get(emailAddress) ?? [];
  }

  /** Reads all accounts if that was never done. */
  async ensure(): Promise<void> {
    if (this.readAt === -Infinity) await this.refresh();
  }

  /** Reads all accounts. Calls meanwhile wait for the same answer. */
  async refresh(): Promise<void> {
    this.reading ??= this.read().finally(() => (this.reading = undefined));
    return this.reading;
  }

  put(account: Account): void {
    const before = this.byNumber.get(account.id);
    this.drop(account.id);
    this.changedMeanwhile.set(account.id, account);
    this.byNumber.set(account.id, account);
    add(this.byName, account.username.toLowerCase(), account);
    if (account.emailAddress !== '') add(this.byAddress, account.emailAddress, account);
    const freed = before?.username !== account.username || before.emailAddress !== account.emailAddress;
    if (before && freed) this.freed(before);
  }

  forget(id: number): void {
    const before = this.byNumber.get(id);
    this.changedMeanwhile.set(id, undefined);
    this.drop(id);
    if (before) this.freed(before);
  }

  private drop(id: number): void {
    const known = this.byNumber.get(id);
    if (known === undefined) return;
    this.byNumber.delete(id);
    remove(this.byName, known.username.toLowerCase(), known);
    remove(this.byAddress, known.emailAddress, known);
  }

  private async read(): Promise<void> {
    const startedAt = this.clock.now();
    this.changedMeanwhile.clear();
    const found = new Map<number, Account>();
    for await (const page of this.accounts.pages()) for (const account of page) found.set(account.id, account);
    const changed = [...this.changedMeanwhile];
    this.byNumber = new Map();
    this.byName = new Map();
    this.byAddress = new Map();
    for (const account of found.values()) this.put(account);
    for (const [id, account] of changed) {
      if (account === undefined) this.forget(id);
      else this.put(account);
    }
    this.changedMeanwhile.clear();
    this.readAt = startedAt;
  }
}

function add(index: Map<string, readonly Account[]>, key: string, account: Account): void {
  index.set(key, [...(index.get(key) ?? []), account]);
}

function remove(index: Map<string, readonly Account[]>, key: string, { id }: Account): void {
  const rest = (index.get(key) ?? []).filter((account) => account.id !== id);
  if (rest.length > 0) index.set(key, rest);
  else index.delete(key);
}
