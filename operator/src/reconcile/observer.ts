import { type Account, type Accounts, Unavailable } from '../accounts/account';
import { type AppUser, temporaryUsernameOf, usernameOf } from '../app-user/app-user';
import { type Credentials, secretNameOf } from '../credentials/credentials';
import type { AccountCache } from '../accounts/account-cache';
import type { ObjectStore } from './object-store';
import type { ReconcileContext } from './context';
import type { Observation } from './observation';
import { type FoundBy, mayBeOurs, ownershipOf, passwordToTry, recordedNumbersOf } from './ownership';

type Found = Pick<Observation, 'account' | 'ownership' | 'asked'>;

/** Finds out what there is for one AppUser. */
export class Observer {
  constructor(
    private readonly objects: ObjectStore,
    private readonly accounts: Accounts,
    private readonly accountCache: AccountCache,
    private readonly context: () => ReconcileContext,
  ) {}

  /** `changedAt`: when the operator heard of the AppUser's last change, in the clock's milliseconds. */
  async observe(appUser: AppUser, changedAt: number): Promise<Observation> {
    const credentials = secretNameOf(appUser) === undefined ? undefined : await this.objects.credentialsOf(appUser);
    const known = { appUser, credentials, touched: false };
    try {
      await this.accounts.ready();
      if (!appUser.deleting) await this.accountCache.ensure();
      // Of what happened since all accounts were read, the accountCache says nothing; and a closed account must really be closed.
      const asked = appUser.deleting || changedAt > this.accountCache.lastRead;
      return { ...known, ...(await this.find(appUser, credentials, asked)) };
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      const { message, retryAfterSeconds } = error;
      const failure = { kind: 'unavailable', message, retryAfterSeconds, acting: false } as const;
      const applicationGone = appUser.deleting && (await this.objects.applicationIsGone());
      return { ...known, account: undefined, ownership: 'unproven', asked: false, failure, applicationGone };
    }
  }

  /** `asked`: whether the application is asked though the accountCache has an answer. That there is nothing it is always asked. */
  async find(appUser: AppUser, credentials: Credentials | undefined, asked: boolean): Promise<Found> {
    let stranger: Account | undefined;
    for (const number of recordedNumbersOf(appUser, credentials)) {
      const recorded = await this.byId(number, asked);
      if (recorded === undefined) continue;
      if (await this.isOurs(appUser, credentials, recorded, 'recorded-number')) return { account: recorded, ownership: 'ours', asked };
      if (mayBeOurs(recorded, appUser, credentials, this.context())) stranger = recorded;
    }
    const username = usernameOf(appUser);
    if (username.length < this.accounts.shortestUsername) {
      const temporary = await this.byUsername(temporaryUsernameOf(appUser), asked);
      if (temporary) return { account: temporary, ownership: 'ours', asked };
    }
    const named = await this.byUsername(username, asked);
    if (named && (await this.isOurs(appUser, credentials, named, 'username'))) return { account: named, ownership: 'ours', asked };
    const renamed = await this.byAddress(appUser, credentials, asked);
    if (renamed) return { account: renamed, ownership: 'ours', asked };
    return { account: stranger ?? named, ownership: 'unproven', asked };
  }

  /** An account that was made, and renamed by its person before its number was recorded. */
  private async byAddress(appUser: AppUser, credentials: Credentials | undefined, asked: boolean): Promise<Account | undefined> {
    if (credentials?.kind !== 'ours' || credentials.password === undefined) return undefined;
    for (const { id } of this.accountCache.withEmailAddress(credentials.emailAddress)) {
      const account = await this.byId(id, asked);
      if (account && (await this.isOurs(appUser, credentials, account, 'email-address'))) return account;
    }
    return undefined;
  }

  private async isOurs(appUser: AppUser, credentials: Credentials | undefined, account: Account, foundBy: FoundBy): Promise<boolean> {
    const owners = account.id === appUser.status.userId ? [] : this.context().appUsersWithAccount(account.id);
    // Two AppUsers that both could prove it would take the account from each other for ever.
    if (owners.some(({ name }) => name !== appUser.name)) return false;
    const evidence = { appUser, credentials, account, foundBy };
    const password = passwordToTry(evidence);
    const opened = password === undefined ? undefined : await this.accounts.opens(account.username, password);
    return ownershipOf({ ...evidence, opened }) === 'ours';
  }

  private async byId(id: number, asked: boolean): Promise<Account | undefined> {
    const known = asked ? undefined : this.accountCache.byId(id);
    return known ?? this.remember(await this.accounts.byId(id), () => this.accountCache.forget(id));
  }

  private async byUsername(username: string, asked: boolean): Promise<Account | undefined> {
    const known = asked ? undefined : this.accountCache.byUsername(username);
    return known ?? this.remember(await this.accounts.byUsername(username));
  }

  private remember(account: Account | undefined, otherwise?: () => void): Account | undefined {
    if (account) this.accountCache.put(account);
    else otherwise?.();
    return account;
  }
}
