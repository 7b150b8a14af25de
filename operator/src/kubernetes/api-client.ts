import { Agent as HttpAgent, type IncomingMessage, request as httpRequest, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { createInterface } from 'node:readline';
import { Deadline } from './deadline';
import { ruleOf } from './rbac-rule';

/** Where the API server is, and who we are to it. */
export interface ApiServerConnection {
  readonly server: string;
  /** Certificates and headers, asked for before every request: tokens expire. */
  readonly credentials: () => Promise<RequestOptions>;
}

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** Called with each answer: what was asked in the words of RBAC, and the status. */
export type ObserveApi = (verb: string, resource: string, status: number) => void;

export interface ApiClientOptions {
  /** How long a request may take, other than one that is read line by line. */
  readonly requestSeconds?: number;
  readonly observe?: ObserveApi;
}

/** The API server said no. */
export class KubernetesApiError extends Error {
  override readonly name = 'KubernetesApiError';

  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
  }
}

export function isStatus(error: unknown, status: number): error is KubernetesApiError {
  return error instanceof KubernetesApiError && error.status === status;
}

const REQUEST_SECONDS = 30;
const USER_AGENT = 'app-user-operator';

/**
 * The few kinds of requests that the operator makes. client-node knows how to find the API server and to log in; for each call it opens a
 * connection of its own, and its watches never notice that theirs has died: so that is done here.
 */
export class ApiClient {
  private readonly agent: HttpAgent;
  private readonly requestSeconds: number;
  private readonly observe: ObserveApi;

  constructor(
    private readonly connection: ApiServerConnection,
    { requestSeconds = REQUEST_SECONDS, observe = () => undefined }: ApiClientOptions = {},
  ) {
    this.requestSeconds = requestSeconds;
    this.observe = observe;
    const options = { keepAlive: true, maxFreeSockets: 8 };
    this.agent = connection.server.startsWith('https:') ? new HttpsAgent(options) : new HttpAgent(options);
  }

  /** The answer's JSON; an `KubernetesApiError` unless it is a success. */
  async request<Answer>(request: ApiRequest): Promise<Answer> {
    const deadline = new Deadline(this.requestSeconds, `the API server has not answered within ${this.requestSeconds} s`, request.signal);
    try {
      const answer = await this.send({ ...request, signal: deadline.signal });
      const text = await read(answer);
      if (!isSuccess(answer)) throw errorOf(answer, text);
      return JSON.parse(text) as Answer;
    } catch (error) {
      throw this.given(deadline, error);
    } finally {
      deadline.end();
    }
  }

  /**
   * Reads an answer line by line as it comes, until it ends. One that is silent for too long is given up: a connection that has died somewhere
   * on the way looks just like that.
   */
  async lines(request: ApiRequest, silenceSeconds: number, onLine: (line: string) => void): Promise<void> {
    const silence = new Deadline(silenceSeconds, `nothing was heard for ${silenceSeconds} s`, request.signal);
    let answer: IncomingMessage | undefined;
    try {
      answer = await this.send({ ...request, signal: silence.signal });
      if (!isSuccess(answer)) throw errorOf(answer, await read(answer));
      const reader = createInterface({ input: answer });
      let problem: Error | undefined;
      answer.on('error', (error) => {
        problem = error;
        reader.close();
      });
      answer.on('data', () => silence.prolong());
      for await (const line of reader) onLine(line);
      if (problem) throw problem;
    } catch (error) {
      throw this.given(silence, error);
    } finally {
      silence.end();
      answer?.destroy();
    }
  }

  close(): void {
    this.agent.destroy();
  }

  /** What a request that failed is given up for. When it got no answer, other connections may have died with its own: none is used again. */
  private given(deadline: Deadline, error: unknown): unknown {
    if (deadline.signal.aborted)
      for (const sockets of Object.values(this.agent.freeSockets)) sockets?.forEach((socket) => socket.destroy());
    return deadline.reasonOr(error);
  }

  private async send(request: ApiRequest): Promise<IncomingMessage> {
    const credentials = await this.connection.credentials();
    const { promise, reused } = this.open(request, credentials);
    try {
      return await promise;
    } catch (error) {
      // The server has closed a connection that was kept, just when it was to be used again: it has not seen the request.
      if (!reused() || request.signal?.aborted) throw error;
      return this.open(request, credentials).promise;
    }
  }

  private open({ method = 'GET', path, query = {}, body, signal }: ApiRequest, credentials: RequestOptions): Opened {
    const url = new URL(path, this.connection.server);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      ...credentials.headers,
      accept: 'application/json',
      'user-agent': USER_AGENT,
      ...(text !== undefined && {
        'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
        'content-length': Buffer.byteLength(text),
      }),
    };
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const sent = send(url, { ...credentials, method, headers, agent: this.agent, ...(signal && { signal }) });
    sent.once('response', ({ statusCode = 0 }) => {
      const { verb, resource } = ruleOf(method, url);
      this.observe(verb, resource, statusCode);
    });
    const promise = new Promise<IncomingMessage>((resolve, reject) => sent.once('response', resolve).once('error', reject));
    sent.end(text);
    return { promise, reused: () => sent.reusedSocket };
  }
}

interface Opened {
  readonly promise: Promise<IncomingMessage>;
  readonly reused: () => boolean;
}

function isSuccess({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 200 && statusCode < 300;
}

async function read(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function errorOf({ statusCode = 0, headers }: IncomingMessage, text: string): KubernetesApiError {
  const retryAfter = Number(headers['retry-after'] ?? NaN);
  let status: { readonly reason?: string; readonly message?: string } = {};
  try {
    status = JSON.parse(text) as typeof status;
  } catch {
    // Not from the API server itself, but from something on the way to it.
  }
  const message = status.message ?? `the API server answered with status ${statusCode}`;
  return new KubernetesApiError(statusCode, status.reason ?? '', message, Number.isFinite(retryAfter) ? retryAfter : undefined);
}
