import { type Account, type AccountChanges, type Accounts, type LoginCredentials, type NewAccount, Refused, Unavailable } from '../account';
import { failureOf, isAbsent, isRecord, ROLE } from './failure';
import { type Answer, type CvatRequest, CvatHttp, type CvatHttpOptions } from './cvat-http';
import { randomPassword } from '../../credentials/password';
import { basic, CvatSession, isUnverified } from './cvat-session';
import { normalized, normalizedEmailAddress, strip } from './normalization';
import { accountOf, bodyOf, ignoredFields, isAdministrator } from './user';

export interface CvatOptions extends CvatHttpOptions {
  /** Asked at every login. May fail with `Unavailable`. */
  readonly login: () => Promise<LoginCredentials>;
  /** The time in milliseconds, for tests. */
  readonly now?: () => number;
  /** CVAT needs 1.5 ms for each account: one request for all of them would block it for seconds. */
  readonly pageSize?: number;
}

/** The accounts of a CVAT 2.73, by its REST API. What that API really does is written down as a stand-in, in test/stand-in. */
export class CvatAccounts implements Accounts {
  readonly #http: CvatHttp;
  readonly #session: CvatSession;
  readonly #pageSize: number;
  #lastRegistration: Promise<unknown> = Promise.resolve();

  constructor(options: CvatOptions) {
    this.#http = new CvatHttp(options);
    this.#session = new CvatSession(this.#http, options.login, options.now);
    this.#pageSize = options.pageSize ?? 1000;
  }

  async ready(): Promise<void> {
    const health = await this.#http.send({ operation: 'health', method: 'GET', path: '/api/server/health/', query: { format: 'json' } });
    if (health.status !== 200 || !isRecord(health.body)) throw unhealthy(health);
    const request: CvatRequest = { operation: 'self', method: 'GET', path: '/api/users/self' };
    const { body } = expect200(request, await this.#session.sendWithPassword(request));
    if (!isAdministrator(body)) throw new Unavailable(`CVAT does not let the operator administer accounts.${ROLE}`);
  }

  async *pages(): AsyncGenerator<readonly Account[], void> {
    // In the order of their numbers: an account that is made meanwhile comes last and shifts no other. Pages are counted here, because the
    // addresses in `next` contain the host name of the request.
    let sawItself = false;
    for (let page = 1; ; page++) {
      const query = { page: String(page), page_size: String(this.#pageSize), sort: 'id' };
      const request: CvatRequest = { operation: 'list', method: 'GET', path: '/api/users', query };
      const answer = await this.#session.send(request);
      const removedMeanwhile = page > 1 && isAbsent(answer);
      const { users, more } = removedMeanwhile ? { users: [], more: false } : listOf(request, answer);
      sawItself ||= users.some((user) => isAdministrator(user) && this.#session.isOf(user));
      yield users.map(shown);
      if (more) continue;
      // A superuser outside of the group gets a list of one, and nothing says that it is not whole.
      if (!sawItself) throw new Unavailable(`CVAT does not show the operator all accounts.${ROLE}`);
      return;
    }
  }

  async byId(id: number): Promise<Account | undefined> {
    const request: CvatRequest = { operation: 'get', method: 'GET', path: userPath(id) };
    const answer = await this.#session.send(request);
    return isAbsent(answer) ? undefined : shown(expect200(request, answer).body);
  }

  async byUsername(username: string): Promise<Account | undefined> {
    // CVAT strips whitespace, and returns all accounts when nothing is left.
    if (strip(username) === '') throw new Refused('invalid', 'username: must not be empty.');
    const request: CvatRequest = { operation: 'find', method: 'GET', path: '/api/users', query: { username } };
    const { users } = listOf(request, await this.#session.send(request));
    return users.map(shown).find((account) => account.username === username);
  }

  normalized<Fields extends AccountChanges>(fields: Fields): Fields {
    return normalized(fields);
  }

  /**
   * Registers one at a time: CVAT checks whether an address is taken and commits half a second later without a constraint, so two registrations
   * at once may both get it. Looking up the account afterwards needs no turn.
   */
  async create(account: NewAccount): Promise<Account> {
    const registration = this.#lastRegistration.then(() => this.#register(account));
    this.#lastRegistration = registration.catch(() => undefined);
    await registration;
    return this.#registered(account);
  }

  /** Registers without a password: CVAT reports all fields that it refuses together, and that the passwords are missing in any case. */
  async checkCreation(account: Omit<NewAccount, 'password'>): Promise<void> {
    const request: CvatRequest = { operation: 'check', method: 'POST', path: '/api/auth/register', body: registrationOf(account) };
    const answer = await this.#session.send(request);
    if (answer.status !== 400 || !isRecord(answer.body)) throw failureOf(request, answer);
    const { password1, password2, ...refused } = answer.body;
    if (Object.keys(refused).length > 0) throw failureOf(request, { ...answer, body: refused });
    if (password1 === undefined || password2 === undefined) throw failureOf(request, answer);
  }

  async emailAddressIsTaken(
    emailAddress: string,
    account: Pick<Account, 'id'> | undefined,
    password: string | undefined,
  ): Promise<boolean> {
    // CVAT shows no former addresses, but accepts them for logging in. With a wrong password, it tells an address that exactly one account has
    // or had from one that none has.
    const body = { email: normalizedEmailAddress(emailAddress), password: randomPassword() };
    const request: CvatRequest = { operation: 'email', method: 'POST', path: '/api/auth/login', body };
    const answer = await this.#session.send(request);
    if (answer.status !== 400) throw failureOf(request, answer);
    if (Array.isArray(answer.body)) return false;
    return account === undefined || password === undefined || (await this.#open(body.email, password))?.id !== account.id;
  }

  async update(id: number, changes: AccountChanges): Promise<Account> {
    const asked = bodyOf(changes);
    const request: CvatRequest = { operation: 'patch', method: 'PATCH', path: userPath(id), body: asked };
    const { body } = expect200(request, await this.#session.send(request));
    const ignored = ignoredFields(asked, body);
    if (ignored.length > 0) throw new Refused('forbidden', `CVAT ignored the change of ${ignored.join(', ')} of account ${id}.${ROLE}`);
    return shown(body);
  }

  async remove(id: number): Promise<void> {
    const request: CvatRequest = { operation: 'delete', method: 'DELETE', path: userPath(id) };
    const answer = await this.#session.send(request);
    if (answer.status !== 204 && !isAbsent(answer)) throw failureOf(request, answer);
  }

  async opens(username: string, password: string): Promise<number | undefined> {
    const account = await this.#open(username, password);
    // CVAT takes an address for a name, and a name in another case.
    return account?.username === username ? account.id : undefined;
  }

  /** The account that a username or address and a password open. */
  async #open(name: string, password: string): Promise<Account | undefined> {
    const request: CvatRequest = { operation: 'open', method: 'GET', path: '/api/users/self' };
    // Basic, because a login would count as the person's last one.
    const answer = await this.#http.send(request, basic(name, password));
    if (isUnverified(answer)) throw this.#session.unverified();
    if (answer.status === 401 && isRecord(answer.body)) return undefined;
    return shown(expect200(request, answer).body);
  }

  async #register({ password, ...account }: NewAccount): Promise<void> {
    const body = { ...registrationOf(account), password1: password, password2: password };
    const request: CvatRequest = { operation: 'register', method: 'POST', path: '/api/auth/register', body };
    const answer = await this.#session.send(request);
    if (answer.status !== 201) throw failureOf(request, answer);
    if (isRecord(answer.body) && answer.body['email_verification_required'] === true) throw this.#session.unverified();
  }

  /** The answer to a registration has no id, but a token of the new person, which must not be logged. */
  async #registered({ username, emailAddress }: NewAccount): Promise<Account> {
    const account = await this.byUsername(username);
    if (!account) throw new Unavailable(`CVAT registered account "${username}", but does not show it.${ROLE}`);
    if (account.emailAddress !== normalizedEmailAddress(emailAddress) || account.privileged) {
      throw new Refused(
        'username-taken',
        `Account "${username}" is not the one that CVAT was asked to register: it was changed meanwhile.`,
      );
    }
    return account;
  }
}

/** CVAT refuses fields that are empty, but not the absence of fields. */
function registrationOf({ username, ...person }: Omit<NewAccount, 'password'>): Record<string, string | boolean> {
  const filled = Object.entries(bodyOf(person)).filter(([, value]) => value !== undefined && value !== '');
  return { username, ...Object.fromEntries(filled) };
}

function userPath(id: number): string {
  if (!Number.isSafeInteger(id) || id < 1) throw new Refused('invalid', 'The number of an account is a whole number from 1.');
  return `/api/users/${id}`;
}

function expect200(request: CvatRequest, answer: Answer): Answer {
  if (answer.status !== 200) throw failureOf(request, answer);
  // A sign-in page of a proxy comes with 200, too.
  if (!isRecord(answer.body)) throw new Unavailable(`What answers at ${request.path} is not CVAT's API.`);
  return answer;
}

function shown(body: unknown): Account {
  const account = accountOf(body);
  if (!account) throw new Unavailable(`CVAT shows the operator only parts of an account.${ROLE}`);
  return account;
}

function listOf(request: CvatRequest, answer: Answer): { readonly users: readonly unknown[]; readonly more: boolean } {
  const { body } = expect200(request, answer);
  const { results, next } = isRecord(body) ? body : {};
  if (!Array.isArray(results)) throw new Unavailable(`What answers at ${request.path} is not CVAT's API.`);
  return { users: results, more: results.length > 0 && next !== null && next !== undefined };
}

/** Only the names of the parts: what is said about them quotes addresses and errors of CVAT's inside. */
function unhealthy({ status, body, retryAfterSeconds }: Answer): Unavailable {
  const parts = isRecord(body) ? Object.keys(body).filter((part) => typeof body[part] === 'string' && body[part] !== 'working') : [];
  const cause = parts.length === 0 ? `its health is ${status}` : `${parts.join(', ')} not working`;
  return new Unavailable(`CVAT is not healthy: ${cause}.`, retryAfterSeconds);
}
