import type { NewAccount } from '../../src/accounts/account';
import { CvatAccounts, type CvatOptions } from '../../src/accounts/cvat/cvat-accounts';
import type { Operation, Outcome } from '../../src/accounts/cvat/cvat-http';
import type { Settings } from '../stand-in/call';
import { CvatStandIn } from '../stand-in/stand-in';

export const ROBOT = { username: 'robot', password: 'password-of-the-robot-1' };

export const JANE: NewAccount = {
  username: 'jane.doe',
  firstName: 'Jane',
  lastName: 'Doe',
  emailAddress: 'jane.doe@example.com',
  password: 'kX4-_secret-of-one',
};

/** A CVAT with its robot, and the operator's module for it. */
export class Cvat {
  /** The operator's clock, in milliseconds. */
  now = Date.parse('2026-11-23T12:00:00Z');
  readonly observed: [Operation, Outcome][] = [];

  private constructor(readonly standIn: CvatStandIn) {}

  static async start(settings: Partial<Settings> = {}): Promise<Cvat> {
    const cvat = new Cvat(await CvatStandIn.start({ settings }));
    cvat.standIn.people.addAdministrator(ROBOT.username, ROBOT.password);
    return cvat;
  }

  accounts(options: Partial<CvatOptions> = {}): CvatAccounts {
    return new CvatAccounts({
      url: this.standIn.url,
      login: () => Promise.resolve(ROBOT),
      now: () => this.now,
      observe: (operation, _, outcome) => this.observed.push([operation, outcome]),
      ...options,
    });
  }

  /** Adds a person who has an account already. Returns its number. */
  add(username: string, details: Partial<Parameters<CvatStandIn['people']['add']>[0]> = {}): number {
    return this.standIn.people.add({ ...details, username }).id;
  }

  /** The usernames of all accounts but the robot's, the oldest first. */
  get usernames(): string[] {
    const names = this.standIn.people.all().map(({ username }) => username);
    return names.filter((name) => name !== ROBOT.username).reverse();
  }
}

/** How a promise failed. */
export async function failure(promise: Promise<unknown>): Promise<Error> {
  const result = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (result instanceof Error) return result;
  throw new Error('It did not fail.');
}

/** Every page of accounts. */
export async function everyAccount(accounts: CvatAccounts): Promise<string[][]> {
  const pages: string[][] = [];
  for await (const page of accounts.pages()) pages.push(page.map(({ username }) => username));
  return pages;
}
