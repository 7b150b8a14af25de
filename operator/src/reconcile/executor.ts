import { type Account, type AccountChanges, type Accounts, Refused, Unavailable } from '../accounts/account';
import { emailAddressOf, FINALIZER } from '../app-user/app-user';
import { randomPassword } from '../credentials/password';
import type { AccountCache } from '../accounts/account-cache';
import type { Action } from './action';
import { Changed, type ObjectStore } from './object-store';
import type { Failure, Observation } from './observation';
import type { Observer } from './observer';

type Of<Kind extends Action['kind']> = Extract<Action, { kind: Kind }>;

/** Carries out actions, one at a time. */
export class Executor {
  constructor(
    private readonly objects: ObjectStore,
    private readonly accounts: Accounts,
    private readonly accountCache: AccountCache,
    private readonly observer: Observer,
    /** Called when a second account was closed. */
    private readonly surplusClosed: () => void = () => undefined,
  ) {}

  /** Returns what is known then. What the application refuses or cannot do is observation, too; what Kubernetes refuses is an error. */
  async perform(action: Action, observation: Observation): Promise<Observation> {
    const { notice } = action;
    // An Event that a kill may lose between the two would never be written: later, the account is closed, and nothing tells why.
    const first = action.kind === 'close-surplus';
    if (notice && first) await this.objects.tell(observation.appUser, notice);
    let known: Observation;
    try {
      known = await this.carryOut(action, observation);
    } catch (error) {
      return this.failed(action, observation, error);
    }
    if (notice && !first && known.failure === observation.failure) void this.objects.tell(known.appUser, notice);
    return known;
  }

  private async carryOut(action: Action, observation: Observation): Promise<Observation> {
    switch (action.kind) {
      case 'add-finalizer':
        return this.setFinalizers(observation, [...observation.appUser.finalizers, FINALIZER]);
      case 'release-finalizer':
        return this.setFinalizers(
          observation,
          observation.appUser.finalizers.filter((finalizer) => finalizer !== FINALIZER),
        );
      case 'refresh-accounts':
        await this.accountCache.refresh();
        return observation;
      case 'read-account-again':
        return { ...withoutFindings(observation), ...(await this.observer.find(observation.appUser, observation.credentials, true)) };
      case 'write-credentials':
        return this.writeCredentials(action, observation);
      case 'delete-credentials':
        if (observation.credentials) await this.objects.deleteCredentials(observation.appUser, observation.credentials);
        return { ...observation, credentials: undefined };
      case 'check-creation':
        return this.checkCreation(action, observation);
      case 'create-account':
        return this.create(action, observation);
      case 'update-account':
        return this.update(action, observation);
      case 'remove-account':
        await this.accounts.remove(action.id);
        return this.vanished(observation, action.id);
      case 'close-surplus':
        return this.closeSurplus(action, observation);
      case 'check-email-address':
        return this.checkEmailAddress(observation);
      case 'write-status':
        return { ...observation, appUser: await this.objects.writeStatus(observation.appUser, action.status) };
      case 'settle':
        return observation;
    }
  }

  private async setFinalizers(observation: Observation, finalizers: readonly string[]): Promise<Observation> {
    const { appUser } = observation;
    const after = await this.objects.setFinalizers(appUser, finalizers);
    return { ...observation, appUser: after ?? { ...appUser, deleting: true, finalizers: [] } };
  }

  private async writeCredentials({ content, newPassword }: Of<'write-credentials'>, observation: Observation): Promise<Observation> {
    const { appUser, credentials } = observation;
    const complete = newPassword ? { ...content, password: randomPassword() } : content;
    return { ...observation, credentials: await this.objects.writeCredentials(appUser, credentials, complete) };
  }

  private async checkCreation({ username }: Of<'check-creation'>, observation: Observation): Promise<Observation> {
    const { appUser } = observation;
    const { firstName, lastName } = appUser.spec;
    try {
      await this.accounts.checkCreation({ username, firstName, lastName, emailAddress: emailAddressOf(appUser) });
      return { ...observation, creationAllowed: true };
    } catch (error) {
      return this.foundInstead(observation, error);
    }
  }

  private async create({ username }: Of<'create-account'>, observation: Observation): Promise<Observation> {
    const { appUser, credentials } = observation;
    const { firstName, lastName } = appUser.spec;
    const secret = credentials?.kind === 'ours' ? credentials : undefined;
    if (secret?.password === undefined) throw new Changed('an account is made only with a password that is in its Secret');
    const emailAddress = emailAddressOf(appUser);
    const { password } = secret;
    try {
      const account = await this.accounts.create({ username, firstName, lastName, emailAddress, password });
      return { ...this.changed(observation, account), passwordOpens: true, created: true };
    } catch (error) {
      return this.foundInstead(observation, error);
    }
  }

  /** The account whose username was taken: perhaps by ourselves, when an answer got lost. */
  private async foundInstead(observation: Observation, error: unknown): Promise<Observation> {
    if (!(error instanceof Refused) || error.reason !== 'username-taken') throw error;
    const found = await this.observer.find(observation.appUser, observation.credentials, true);
    if (found.account === undefined) throw error;
    return { ...withoutFindings(observation), ...found };
  }

  private async update({ id, changes }: Of<'update-account'>, observation: Observation): Promise<Observation> {
    const account = await this.accounts.update(id, changes);
    const kept = Object.entries(changes).some(([field, value]) => account[field as keyof AccountChanges] === value);
    if (kept) return this.changed(observation, account);
    // Nothing was changed: it is no news, and no reason to write a new time into the status.
    this.accountCache.put(account);
    return { ...observation, account, fresh: true, failure: notKept(id, changes) };
  }

  private async closeSurplus({ id, remove }: Of<'close-surplus'>, observation: Observation): Promise<Observation> {
    const rest = { ...observation, surplus: undefined };
    if (remove) {
      await this.accounts.remove(id);
      this.accountCache.forget(id);
      this.surplusClosed();
      return { ...rest, touched: true };
    }
    const surplus = await this.accounts.update(id, { active: false });
    this.accountCache.put(surplus);
    this.surplusClosed();
    return { ...rest, surplus, touched: true };
  }

  private async checkEmailAddress(observation: Observation): Promise<Observation> {
    const { appUser, account, credentials } = observation;
    const password = credentials?.kind === 'ours' ? credentials.password : undefined;
    const taken = await this.accounts.emailAddressIsTaken(emailAddressOf(appUser), account, password);
    return { ...observation, emailAddressFree: !taken };
  }

  private changed(observation: Observation, account: Account): Observation {
    this.accountCache.put(account);
    return { ...observation, account, ownership: observation.account ? observation.ownership : 'ours', fresh: true, touched: true };
  }

  private vanished(observation: Observation, id: number): Observation {
    this.accountCache.forget(id);
    return { ...observation, account: undefined, ownership: 'unproven', touched: true };
  }

  private failed(action: Action, observation: Observation, error: unknown): Observation {
    if (error instanceof Unavailable) {
      const { message, retryAfterSeconds } = error;
      const acting = action.kind !== 'refresh-accounts' && action.kind !== 'check-creation';
      return { ...observation, failure: { kind: 'unavailable', message, retryAfterSeconds, acting } };
    }
    if (!(error instanceof Refused)) throw error;
    if (error.reason === 'not-found' && 'id' in action) {
      if (action.id !== observation.surplus?.id) return this.vanished(observation, action.id);
      this.accountCache.forget(action.id);
      return withoutFindings(observation);
    }
    return { ...observation, failure: { kind: 'refused', reason: error.reason, message: error.message } };
  }
}

/** What the application accepted and did not do. */
export function notKept(id: number, changes: AccountChanges): Failure {
  const fields = Object.keys(changes).join(', ');
  const message = `The application accepts a change of ${fields} of account ${id} and does not keep it. Use another value.`;
  return { kind: 'refused', reason: 'not-kept', message };
}

/** Without what was found out about accounts besides the account itself: it is found out again. */
function withoutFindings(observation: Observation): Observation {
  return { ...observation, surplus: undefined, passwordOpens: undefined };
}
