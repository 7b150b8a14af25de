import { type Account, type AccountChanges, type Accounts, type NewAccount, Unavailable } from './account';
import { Backoff } from '../queue/backoff';
import type { TimeSource } from '../queue/time-source';

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;

/**
 * Stands before an application and closes when that cannot answer: thousands of AppUsers must not all ask an application that is down, nor one
 * that asks clients to wait. The first call after the pause checks whether it is ready again.
 */
export class CircuitBreaker implements Accounts {
  private open = false;
  private closedUntil = -Infinity;
  private why = new Unavailable('it was not asked yet');
  /** Whether it has really been down, and not only failed once. */
  private down = false;
  private asking: Promise<void> | undefined;
  private readonly backoff: Backoff;

  constructor(
    private readonly accounts: Accounts,
    private readonly clock: TimeSource,
    /** Called when the application is there again. */
    private readonly recovered: () => void,
    random?: () => number,
  ) {
    this.backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE, random);
  }

  normalized<Fields extends AccountChanges>(fields: Fields): Fields {
    return this.accounts.normalized(fields);
  }

  emailAddressIsTaken(emailAddress: string, account: Pick<Account, 'id'> | undefined, password: string | undefined): Promise<boolean> {
    return this.pass(() => this.accounts.emailAddressIsTaken(emailAddress, account, password));
  }

  get isOpen(): boolean {
    return this.open;
  }

  ready(): Promise<void> {
    return this.pass(() => Promise.resolve());
  }

  /** Asks the application itself, also when all seems to be well. */
  check(): Promise<void> {
    this.open = false;
    return this.ready();
  }

  async *pages(): AsyncIterable<readonly Account[]> {
    await this.ready();
    try {
      yield* this.accounts.pages();
    } catch (error) {
      throw this.close(error);
    }
  }

  byId(id: number): Promise<Account | undefined> {
    return this.pass(() => this.accounts.byId(id));
  }

  byUsername(username: string): Promise<Account | undefined> {
    return this.pass(() => this.accounts.byUsername(username));
  }

  checkCreation(account: Omit<NewAccount, 'password'>): Promise<void> {
    return this.pass(() => this.accounts.checkCreation(account));
  }

  create(account: NewAccount): Promise<Account> {
    return this.pass(() => this.accounts.create(account));
  }

  update(id: number, changes: AccountChanges): Promise<Account> {
    return this.pass(() => this.accounts.update(id, changes));
  }

  remove(id: number): Promise<void> {
    return this.pass(() => this.accounts.remove(id));
  }

  opens(username: string, password: string): Promise<number | undefined> {
    return this.pass(() => this.accounts.opens(username, password));
  }

  private async pass<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    if (!this.open) await this.ask();
    try {
      return await call();
    } catch (error) {
      throw this.close(error);
    }
  }

  /** However many wait, one asks. */
  private ask(): Promise<void> {
    this.asking ??= this.askOnce().finally(() => (this.asking = undefined));
    return this.asking;
  }

  private async askOnce(): Promise<void> {
    const pause = (this.closedUntil - this.clock.now()) / 1000;
    if (pause > 0) throw new Unavailable(this.why.message, pause);
    try {
      await this.accounts.ready();
    } catch (error) {
      this.down = true;
      throw this.close(error);
    }
    this.open = true;
    this.backoff.reset();
    if (!this.down) return;
    this.down = false;
    this.recovered();
  }

  private close(error: unknown): unknown {
    if (!(error instanceof Unavailable)) return error;
    this.open = false;
    this.why = error;
    const pause = Math.max(this.backoff.next(), (error.retryAfterSeconds ?? 0) * 1000);
    this.closedUntil = Math.max(this.closedUntil, this.clock.now() + pause);
    return error;
  }
}
