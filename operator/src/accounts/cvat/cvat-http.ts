import { Unavailable } from '../account';

/** What is asked of CVAT, in the words of metrics. */
export type Operation =
  'health' | 'login' | 'self' | 'list' | 'find' | 'get' | 'register' | 'patch' | 'delete' | 'open' | 'email' | 'check';

/** How one request ended, in the words of metrics. */
export type Outcome = '2xx' | '3xx' | '4xx' | '5xx' | 'timeout' | 'unreachable';

/** Called once for each request. */
export type Observe = (operation: Operation, seconds: number, outcome: Outcome) => void;

export interface CvatRequest {
  readonly operation: Operation;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Without a slash at the end: CVAT answers 404 to such paths, except that of its health. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, string | boolean>>;
}

export interface Answer {
  readonly status: number;
  /** Without parameters, in lower case. */
  readonly contentType: string;
  /** What the JSON says, or else the text: CVAT answers some errors in HTML, and some in arrays. */
  readonly body: unknown;
  readonly retryAfterSeconds?: number;
}

export interface CvatHttpOptions {
  /** Where CVAT's server is, such as http://cvat-backend-service.cvat.svc:8080. */
  readonly url: string;
  readonly observe?: Observe;
  readonly timeoutSeconds?: Timeouts;
}

/** Registering hashes a password: among twenty others it takes more than eight seconds. */
export interface Timeouts {
  readonly register?: number;
  readonly other?: number;
}

/** CVAT's own type. It answers 406 to anyone who accepts only application/json. */
export const CVAT_JSON = 'application/vnd.cvat+json';

/**
 * The rules of the wire, and nothing of what is said over it. There is no cookie jar: registering logs the client in as the new person, and
 * with that cookie CVAT would refuse what comes next.
 */
export class CvatHttp {
  readonly #url: string;
  readonly #observe: Observe;
  readonly #timeouts: Required<Timeouts>;

  constructor({ url, observe = () => undefined, timeoutSeconds = {} }: CvatHttpOptions) {
    const { origin, pathname } = new URL(url);
    this.#url = origin + pathname.replace(/\/+$/, '');
    this.#observe = observe;
    this.#timeouts = { register: timeoutSeconds.register ?? 30, other: timeoutSeconds.other ?? 10 };
  }

  /** The answer, with any status. Fails with `Unavailable` when there is none that could be read. */
  async send(request: CvatRequest, authorization?: string): Promise<Answer> {
    const seconds = request.operation === 'register' ? this.#timeouts.register : this.#timeouts.other;
    const timer = new AbortController();
    const timeout = setTimeout(() => timer.abort(), seconds * 1000);
    const started = performance.now();
    let outcome: Outcome = 'unreachable';
    try {
      const response = await fetch(this.#url + target(request), {
        method: request.method,
        headers: headersOf(request, authorization),
        body: request.body && JSON.stringify(request.body),
        // A redirection would lead to another server or to a page: neither is CVAT's API.
        redirect: 'manual',
        signal: timer.signal,
      });
      const answer = read(response, await response.text());
      outcome = outcomeOf(response.status);
      return answer;
    } catch (error) {
      if (error instanceof Unavailable) throw error;
      if (timer.signal.aborted) outcome = 'timeout';
      throw new Unavailable(
        timer.signal.aborted
          ? `CVAT has not answered ${describe(request)} within ${seconds} s.`
          : `CVAT cannot be reached at ${this.#url}: ${causeOf(error)}.`,
      );
    } finally {
      clearTimeout(timeout);
      this.#observe(request.operation, (performance.now() - started) / 1000, outcome);
    }
  }
}

/** A request as messages call it: without its query, in which there are names. */
export function describe({ method, path }: CvatRequest): string {
  return `${method} ${path}`;
}

function target({ path, query = {} }: CvatRequest): string {
  const parameters = new URLSearchParams(query).toString();
  return parameters === '' ? path : `${path}?${parameters}`;
}

function headersOf({ body }: CvatRequest, authorization?: string): Record<string, string> {
  return {
    Accept: CVAT_JSON,
    'User-Agent': 'app-user-operator',
    ...(body && { 'Content-Type': 'application/json' }),
    ...(authorization !== undefined && { Authorization: authorization }),
  };
}

function read({ status, headers }: Response, text: string): Answer {
  const contentType = (headers.get('content-type') ?? '').replace(/;.*/s, '').trim().toLowerCase();
  const isJson = contentType === CVAT_JSON || contentType === 'application/json';
  return {
    status,
    contentType,
    body: isJson && text !== '' ? parse(text, status) : text,
    retryAfterSeconds: secondsOf(headers.get('retry-after')),
  };
}

function parse(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What JSON.parse says quotes the text, in which there may be a token.
    throw new Unavailable(`CVAT's answer (${status}) says that it is JSON, and is not.`);
  }
}

function secondsOf(retryAfter: string | null): number | undefined {
  if (retryAfter === null) return undefined;
  const seconds = /^\d+$/.test(retryAfter.trim()) ? Number(retryAfter) : Math.ceil((Date.parse(retryAfter) - Date.now()) / 1000);
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}

function outcomeOf(status: number): Outcome {
  if (status >= 500) return '5xx';
  if (status >= 400) return '4xx';
  return status >= 300 ? '3xx' : '2xx';
}

/** The code only: messages of the network may quote what was sent. */
function causeOf(error: unknown): string {
  const { cause = error } = error as { readonly cause?: unknown };
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : 'the connection failed';
}
