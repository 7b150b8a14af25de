import { type LoginCredentials, Unavailable } from '../account';
import { failureOf, isRecord } from './failure';
import type { Answer, CvatRequest, CvatHttp } from './cvat-http';

const LONGEST_PAUSE_SECONDS = 60;

/**
 * Logs in once and keeps the token, which never expires; logs in again when CVAT does not accept it any more. A login costs CVAT half a
 * second, a wrong one two, and few are allowed a minute: what was refused is tried again ever later.
 */
export class CvatSession {
  readonly #http: CvatHttp;
  readonly #login: () => Promise<LoginCredentials>;
  readonly #now: () => number;
  #token: string | undefined;
  #username: string | undefined;
  #pendingLogin: Promise<string> | undefined;
  #refusals = 0;
  #paused: { readonly until: number; readonly why: string } | undefined;

  /** `login` is asked at every login, so that a changed password needs no restart. */
  constructor(http: CvatHttp, login: () => Promise<LoginCredentials>, now: () => number = Date.now) {
    this.#http = http;
    this.#login = login;
    this.#now = now;
  }

  /** The answer to a request of the operator, with any status except 401. */
  async send(request: CvatRequest): Promise<Answer> {
    const token = await this.#currentToken();
    const answer = await this.#http.send(request, `Token ${token}`);
    if (answer.status !== 401) return this.#accepted(answer);
    // The operator was logged out, or CVAT has a new database. CVAT has done nothing yet, so that asking again is safe.
    this.#forget(token);
    const renewed = await this.#currentToken();
    const second = await this.#http.send(request, `Token ${renewed}`);
    if (second.status !== 401) return this.#accepted(second);
    this.#forget(renewed);
    throw this.#pause(`CVAT lets the operator log in, but does not accept its token.`);
  }

  /**
   * The answer to a request with username and password, or with the token if they are refused. CVAT accepts a token that it issued earlier even
   * while logins are refused because addresses have to be verified: only the password shows that.
   */
  async sendWithPassword(request: CvatRequest): Promise<Answer> {
    this.#checkPause();
    const { username, password } = await this.#login();
    this.#username = username;
    const answer = await this.#http.send(request, basic(username, password));
    if (isUnverified(answer)) throw this.unverified();
    return answer.status === 401 ? this.send(request) : this.#accepted(answer);
  }

  /** CVAT requires addresses to be verified. The token is dropped: whether that has changed, only a login tells. */
  unverified(): Unavailable {
    this.#token = undefined;
    return this.#pause(UNVERIFIED);
  }

  /** Whether one of CVAT's users is the one that the operator is logged in as. */
  isOf(user: unknown): boolean {
    // People may log in with a name in another case.
    return isRecord(user) && typeof user['username'] === 'string' && user['username'].toLowerCase() === this.#username?.toLowerCase();
  }

  #accepted(answer: Answer): Answer {
    this.#refusals = 0;
    return answer;
  }

  #forget(token: string): void {
    if (this.#token === token) this.#token = undefined;
  }

  async #currentToken(): Promise<string> {
    if (this.#token !== undefined) return this.#token;
    // However many requests wait for it, there is one login.
    this.#pendingLogin ??= this.#logIn().finally(() => (this.#pendingLogin = undefined));
    return this.#pendingLogin;
  }

  async #logIn(): Promise<string> {
    this.#checkPause();
    const { username, password } = await this.#login();
    const request: CvatRequest = { operation: 'login', method: 'POST', path: '/api/auth/login', body: { username, password } };
    // Without a token: CVAT answers 401 to a login with a wrong one.
    const answer = await this.#http.send(request);
    const { status, body } = answer;
    if (status === 200 && isRecord(body) && typeof body['key'] === 'string' && body['key'] !== '') {
      this.#token = body['key'];
      this.#username = username;
      return this.#token;
    }
    if (status === 400 && body === 'Unverified email') throw this.unverified();
    if (status === 400 || status === 401 || status === 403) {
      throw this.#pause(`CVAT does not let "${username}" log in. Has the administrator Job of this platform run, with the same Secret?`);
    }
    const failure = failureOf(request, answer);
    if (status === 429) throw this.#pause(failure.message, answer.retryAfterSeconds);
    throw failure;
  }

  #checkPause(): void {
    if (!this.#paused || this.#now() >= this.#paused.until) return;
    throw new Unavailable(this.#paused.why, Math.ceil((this.#paused.until - this.#now()) / 1000));
  }

  /** No login is tried until then. */
  #pause(why: string, seconds = Math.min(2 ** this.#refusals++, LONGEST_PAUSE_SECONDS)): Unavailable {
    this.#paused = { until: this.#now() + seconds * 1000, why };
    return new Unavailable(why, seconds);
  }
}

export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** Whether CVAT refuses a password because the address has to be verified first. */
export function isUnverified({ status, body }: Answer): boolean {
  return status === 401 && isRecord(body) && body['detail'] === 'E-mail is not verified.';
}

/** Why nothing can be done in a CVAT with settings.email_settings: neither the operator nor the people that it makes could log in. */
export const UNVERIFIED =
  'CVAT refuses logins until an e-mail address is verified (settings.email_settings), which the operator cannot do. Switch verification off.';
