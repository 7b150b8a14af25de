/**
 * Accounts of people in an application, as the operator speaks of them. One module per application implements `Accounts`; the rest of the
 * operator knows this file only. docs/another-application.md says what an application has to provide.
 */

export interface Account {
  /** The application's own number. It stays the same when everything else about the account changes. */
  readonly id: number;
  readonly username: string;
  readonly firstName: string;
  readonly lastName: string;
  /** In lower case, by which addresses are compared. */
  readonly emailAddress: string;
  readonly active: boolean;
  /** Whether it can administer the application: such an account is never touched. */
  readonly privileged: boolean;
  /** What makes it privileged, for messages: `group "admin"`. */
  readonly privilege?: string;
}

/** What is needed to create an account. */
export interface NewAccount {
  readonly username: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly emailAddress: string;
  readonly password: string;
}

/** What the operator changes about an account that exists. */
export type AccountChanges = Partial<Pick<Account, 'username' | 'firstName' | 'lastName' | 'emailAddress' | 'active'>>;

/** An application's accounts. Every method may fail with `Unavailable` (try again) or `Refused` (a person must change something). */
export interface Accounts {
  /** The values as the application stores them: it trims, and changes the case of addresses. Comparing anything else never settles. */
  normalized<Fields extends AccountChanges>(fields: Fields): Fields;
  /**
   * Whether an account other than this one, if there is one, has or had the address, as far as the application tells: some keep a former address
   * reserved, and then two people cannot log in with it. `password` is the account's own, which tells its own former address from that of another.
   */
  emailAddressIsTaken(emailAddress: string, account: Pick<Account, 'id'> | undefined, password: string | undefined): Promise<boolean>;
  /** Resolves when the application is healthy and lets the operator administer accounts; fails with `Unavailable` until then. */
  ready(): Promise<void>;
  /**
   * Every account, page by page: reading all of them is the most expensive call there is. One may be missing if another was removed meanwhile:
   * before acting on an absence, ask for that account by id or username.
   */
  pages(): AsyncIterable<readonly Account[]>;
  byId(id: number): Promise<Account | undefined>;
  /** By the exact name. */
  byUsername(username: string): Promise<Account | undefined>;
  /**
   * Fails with `Refused` if the application would refuse to create the account, as far as that can be told without a password. Never creates one.
   */
  checkCreation(account: Omit<NewAccount, 'password'>): Promise<void>;
  /** Makes an active account. It may exist though this failed: the answer can get lost. */
  create(account: NewAccount): Promise<Account>;
  /** Changes an account and returns it as it is now. Fails with `Refused` if the application did not do what was asked. */
  update(id: number, changes: AccountChanges): Promise<Account>;
  /** Removes an account for good. Removing one that is gone succeeds. */
  remove(id: number): Promise<void>;
  /** The number of the active account that this name and password open, if they open one: proof that we have made it. */
  opens(username: string, password: string): Promise<number | undefined>;
}

/** An application: what the operator calls it, and how it connects to it. */
export interface Application {
  /** As people call it. An AppUser that waits for it has the reason `WaitingFor` and this name. */
  readonly name: string;
  /** The credentials Secret of an AppUser has its name, a hyphen and this. Changing it leaves the existing Secrets behind. */
  readonly secretSuffix: string;
  /** What its environment variables begin with: `CVAT` for `CVAT_URL`. */
  readonly variablePrefix: string;
  connect(options: ConnectOptions): Accounts;
}

/** The operator's own account in the application. */
export interface LoginCredentials {
  readonly username: string;
  readonly password: string;
}

export interface ConnectOptions {
  readonly url: string;
  /** The operator's own account. Read at every login. May fail with `Unavailable`. */
  readonly login: () => Promise<LoginCredentials>;
  /** Called once for each request: its name and outcome in the words of metrics. */
  readonly observe: (operation: string, seconds: number, outcome: string) => void;
}

/** The application cannot answer now: it is down, starting, overloaded, or it answers nonsense. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';

  constructor(
    message: string,
    /** How long the application asks clients to wait. */
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
  }
}

/** The application understood, and does not do it: asking again will not help. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(
    readonly reason: 'username-taken' | 'email-taken' | 'invalid' | 'forbidden' | 'not-found',
    message: string,
  ) {
    super(message);
  }
}
