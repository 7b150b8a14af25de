import { type Account, type Accounts, Unavailable } from '../accounts/account';
import { type AppUser, temporaryUsernameOf, usernameOf } from '../app-user/app-user';
import { type Credentials, secretNameOf } from '../credentials/credentials';
import type { AccountCache } from '../accounts/account-cache';
import type { ObjectStore } from './object-store';
import type { ReconcileContext } from './context';
import type { Observation, Ownership } from './observation';
import { type FoundBy, mayBeOurs, ownershipOf, passwordToTry, recordedNumbersOf } from './ownership';

type Found = Pick<Observation, 'account' | 'ownership' | 'fresh' | 'surplus' | 'passwordOpens'>;

/** Reads the Secret and the account of one AppUser. */
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
      // Of what happened since all accounts were read, the cache says nothing; and a closed account must really be closed.
      const fresh = appUser.deleting || changedAt > this.accountCache.lastRead;
      return { ...known, ...(await this.find(appUser, credentials, fresh)) };
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      const { message, retryAfterSeconds } = error;
      const failure = { kind: 'unavailable', message, retryAfterSeconds, acting: false } as const;
      const applicationGone = appUser.deleting && (await this.objects.applicationIsGone());
      return { ...known, account: undefined, ownership: 'unproven', fresh: false, failure, applicationGone };
    }
  }

  /** `fresh`: asks the application even if the cache has an answer. That an account does not exist, it is always asked. */
  async find(appUser: AppUser, credentials: Credentials | undefined, fresh: boolean): Promise<Found> {
    let stranger: Account | undefined;
    for (const id of recordedNumbersOf(appUser, credentials)) {
      const recorded = await this.byId(id, fresh);
      if (recorded === undefined) continue;
      if (await this.isOurs(appUser, credentials, recorded, 'recorded-number')) return this.found(appUser, recorded, 'ours', fresh);
      if (mayBeOurs(recorded, appUser, credentials, this.context())) stranger = recorded;
    }
    const named = await this.byUsername(usernameOf(appUser), fresh);
    if (named && (await this.isOurs(appUser, credentials, named, 'username'))) return this.found(appUser, named, 'ours', fresh);
    // Beside an account that may be this AppUser's, one of the temporary username is surplus.
    const temporary = stranger ? undefined : this.unlessOfAnother(appUser, await this.byUsername(temporaryUsernameOf(appUser), fresh));
    if (temporary) {
      return { account: temporary, ownership: 'ours', fresh, passwordOpens: await this.passwordOpens(temporary, credentials) };
    }
    const renamed = await this.byAddress(appUser, credentials, fresh);
    if (renamed) return this.found(appUser, renamed, 'ours', fresh);
    return this.found(appUser, stranger ?? named, 'unproven', fresh);
  }

  /** With the second account that a late registration left, if there is one. */
  private async found(appUser: AppUser, account: Account | undefined, ownership: Ownership, fresh: boolean): Promise<Found> {
    const username = temporaryUsernameOf(appUser);
    // For thousands of AppUsers in sync, the accounts as they were last read are enough: a surplus account is closed at the next resync.
    const named = fresh ? await this.byUsername(username, true) : this.accountCache.byUsername(username);
    const temporary = this.unlessOfAnother(appUser, named);
    return { account, ownership, fresh, ...(temporary && temporary.id !== account?.id && { surplus: temporary }) };
  }

  private async passwordOpens(account: Account, credentials: Credentials | undefined): Promise<boolean | undefined> {
    const secret = credentials?.kind === 'ours' ? credentials : undefined;
    if (secret?.password === undefined || secret.userId === account.id || !account.active || account.privileged) return undefined;
    return (await this.accounts.opens(account.username, secret.password)) === account.id;
  }

  /** An account that was made, and renamed by its person before its number was recorded. */
  private async byAddress(appUser: AppUser, credentials: Credentials | undefined, fresh: boolean): Promise<Account | undefined> {
    if (credentials?.kind !== 'ours' || credentials.password === undefined) return undefined;
    for (const { id, username } of this.accountCache.withEmailAddress(credentials.emailAddress)) {
      if (username === temporaryUsernameOf(appUser)) continue;
      const account = await this.byId(id, fresh);
      if (account && (await this.isOurs(appUser, credentials, account, 'email-address'))) return account;
    }
    return undefined;
  }

  private async isOurs(appUser: AppUser, credentials: Credentials | undefined, account: Account, foundBy: FoundBy): Promise<boolean> {
    // Two AppUsers that both could prove it would take the account from each other for ever.
    if (this.unlessOfAnother(appUser, account) === undefined) return false;
    const evidence = { appUser, credentials, account, foundBy };
    const password = passwordToTry(evidence);
    const opened = password === undefined ? undefined : await this.accounts.opens(account.username, password);
    return ownershipOf({ ...evidence, opened }) === 'ours';
  }

  /** Undefined if the account is recorded for another AppUser: its person may have renamed it to any username, also to a temporary one. */
  private unlessOfAnother(appUser: AppUser, account: Account | undefined): Account | undefined {
    if (account === undefined || account.id === appUser.status.userId) return account;
    const others = this.context().appUsersWithAccount(account.id);
    return others.every(({ name }) => name === appUser.name) ? account : undefined;
  }

  private async byId(id: number, fresh: boolean): Promise<Account | undefined> {
    const known = fresh ? undefined : this.accountCache.byId(id);
    return known ?? this.remember(await this.accounts.byId(id), () => this.accountCache.forget(id));
  }

  private async byUsername(username: string, fresh: boolean): Promise<Account | undefined> {
    const known = fresh ? undefined : this.accountCache.byUsername(username);
    return known ?? this.remember(await this.accounts.byUsername(username));
  }

  private remember(account: Account | undefined, otherwise?: () => void): Account | undefined {
    if (account) this.accountCache.put(account);
    else otherwise?.();
    return account;
  }
}
