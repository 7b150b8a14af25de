import { type Account, type Accounts, Refused, Unavailable } from '../accounts/account';
import { FINALIZER } from '../app-user/app-user';
import { randomPassword } from '../credentials/password';
import type { Directory } from '../directory/directory';
import type { Action } from './action';
import { Changed, type Cluster } from './cluster';
import type { Knowledge } from './knowledge';
import type { Observer } from './observer';

type Of<Kind extends Action['kind']> = Extract<Action, { kind: Kind }>;

/** Carries out actions, one at a time. */
export class Executor {
  constructor(
    private readonly cluster: Cluster,
    private readonly accounts: Accounts,
    private readonly directory: Directory,
    private readonly observer: Observer,
  ) {}

  /** Returns what is known then. What the application refuses or cannot do is knowledge, too; what Kubernetes refuses is an error. */
  async perform(action: Action, knowledge: Knowledge): Promise<Knowledge> {
    let known: Knowledge;
    try {
      known = await this.carryOut(action, knowledge);
    } catch (error) {
      return this.failed(action, knowledge, error);
    }
    if (action.notice) this.cluster.tell(known.appUser, action.notice);
    return known;
  }

  private async carryOut(action: Action, knowledge: Knowledge): Promise<Knowledge> {
    switch (action.kind) {
      case 'add-finalizer':
        return this.setFinalizers(knowledge, [...knowledge.appUser.finalizers, FINALIZER]);
      case 'release-finalizer':
        return this.setFinalizers(
          knowledge,
          knowledge.appUser.finalizers.filter((finalizer) => finalizer !== FINALIZER),
        );
      case 'refresh-directory':
        await this.directory.refresh();
        return knowledge;
      case 'look-again':
        return { ...knowledge, ...(await this.observer.find(knowledge.appUser, knowledge.credentials, true)) };
      case 'write-credentials':
        return this.writeCredentials(action, knowledge);
      case 'delete-credentials':
        if (knowledge.credentials) await this.cluster.deleteCredentials(knowledge.appUser, knowledge.credentials);
        return { ...knowledge, credentials: undefined };
      case 'create-account':
        return this.create(action, knowledge);
      case 'update-account':
        return this.changed(knowledge, await this.accounts.update(action.id, action.changes));
      case 'remove-account':
        await this.accounts.remove(action.id);
        return this.vanished(knowledge, action.id);
      case 'write-status':
        return { ...knowledge, appUser: await this.cluster.writeStatus(knowledge.appUser, action.status) };
      case 'settle':
        return knowledge;
    }
  }

  private async setFinalizers(knowledge: Knowledge, finalizers: readonly string[]): Promise<Knowledge> {
    const { appUser } = knowledge;
    const after = await this.cluster.setFinalizers(appUser, finalizers);
    return { ...knowledge, appUser: after ?? { ...appUser, deleting: true, finalizers: [] } };
  }

  private async writeCredentials({ content, newPassword }: Of<'write-credentials'>, knowledge: Knowledge): Promise<Knowledge> {
    const { appUser, credentials } = knowledge;
    const complete = newPassword ? { ...content, password: randomPassword() } : content;
    return { ...knowledge, credentials: await this.cluster.writeCredentials(appUser, credentials, complete) };
  }

  private async create({ username }: Of<'create-account'>, knowledge: Knowledge): Promise<Knowledge> {
    const { appUser, credentials } = knowledge;
    const { firstName, lastName } = appUser.spec;
    const secret = credentials?.kind === 'ours' ? credentials : undefined;
    if (secret?.password === undefined) throw new Changed('an account is made only with a password that is in its Secret');
    const { emailAddress, password } = { emailAddress: appUser.spec.emailAddress.toLowerCase(), password: secret.password };
    try {
      return this.changed(knowledge, await this.accounts.create({ username, firstName, lastName, emailAddress, password }));
    } catch (error) {
      if (!(error instanceof Refused) || error.reason !== 'username-taken') throw error;
      // Perhaps by ourselves, when an answer got lost.
      const found = await this.observer.find(appUser, credentials, true);
      if (found.account === undefined) throw error;
      return { ...knowledge, ...found };
    }
  }

  private changed(knowledge: Knowledge, account: Account): Knowledge {
    this.directory.put(account);
    return { ...knowledge, account, ownership: knowledge.account ? knowledge.ownership : 'ours', asked: true, touched: true };
  }

  private vanished(knowledge: Knowledge, id: number): Knowledge {
    this.directory.forget(id);
    return { ...knowledge, account: undefined, ownership: 'unproven', touched: true };
  }

  private failed(action: Action, knowledge: Knowledge, error: unknown): Knowledge {
    if (error instanceof Unavailable) {
      const { message, retryAfterSeconds } = error;
      const acting = action.kind !== 'refresh-directory';
      return { ...knowledge, failure: { kind: 'unavailable', message, retryAfterSeconds, acting } };
    }
    if (!(error instanceof Refused)) throw error;
    if (error.reason === 'not-found' && 'id' in action) return this.vanished(knowledge, action.id);
    return { ...knowledge, failure: { kind: 'refused', reason: error.reason, message: error.message } };
  }
}
