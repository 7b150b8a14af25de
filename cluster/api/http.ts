import type { ClientRequest, IncomingMessage } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { CommandProblem } from '../problem';
import { ApiError, type Status } from './api-error';
import type { Connection, Credentials } from './connection';

export interface HttpRequest {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
}

export interface HttpAnswer<Body> {
  readonly code: number;
  readonly body: Body;
  /** The texts of the Warning headers: a deprecated version, a field without effect. */
  readonly warnings: readonly string[];
}

export interface HttpOptions {
  /** Aborts all requests. */
  readonly signal?: AbortSignal;
}

/** A lost connection looks like a slow server; after this time without data a request fails. */
const IDLE_SECONDS = 60;
/** How long requests are retried once the server has answered: an upgrade of the API server takes about a minute. */
const RETRY_SECONDS = 120;
const FIRST_RETRY_MILLISECONDS = 200;
const LONGEST_RETRY_MILLISECONDS = 5000;
const READY_POLL_MILLISECONDS = 500;
/** 429: too many requests. 502, 503 and 504: a proxy answers while the API server starts or stops. */
const TRANSIENT = [429, 502, 503, 504];

/**
 * Sends requests to the API server over a few keep-alive connections. Every request is idempotent, so it is retried while a server that has
 * answered once restarts.
 */
export class Http {
  private reached = false;
  private readonly open = new Set<ClientRequest>();

  constructor(
    readonly connection: Connection,
    private readonly options: HttpOptions = {},
  ) {
    // One listener for all requests: one for each takes longer than writing the request.
    const { signal } = options;
    signal?.addEventListener('abort', () => this.open.forEach((request) => request.destroy(signal.reason as Error)));
  }

  async send<Body>(request: HttpRequest): Promise<HttpAnswer<Body>> {
    const { signal } = this.options;
    const deadline = Date.now() + RETRY_SECONDS * 1000;
    for (let milliseconds = FIRST_RETRY_MILLISECONDS; ; milliseconds = Math.min(2 * milliseconds, LONGEST_RETRY_MILLISECONDS)) {
      let delay = milliseconds;
      try {
        return await this.once<Body>(request);
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof CommandProblem || (error instanceof ApiError && !TRANSIENT.includes(error.code))) throw error;
        // What a proxy asks for can be an hour.
        const after = error instanceof ApiError ? 1000 * (error.status.details?.retryAfterSeconds ?? 0) : 0;
        if (!this.reached || Date.now() + after > deadline) throw error instanceof ApiError ? error : unreachable(this.connection, error);
        if (error instanceof ApiError) delay = Math.max(delay, after);
        else await this.untilReady();
      }
      await pause(delay, undefined, { signal });
    }
  }

  /**
   * Waits until /readyz succeeds. While the API server starts, it may not serve all CRDs yet, and a kind that is not served looks like a kind
   * without objects: its operator would then be deleted too early.
   */
  async untilReady(): Promise<void> {
    const { signal } = this.options;
    const deadline = Date.now() + RETRY_SECONDS * 1000;
    while (Date.now() <= deadline) {
      try {
        const answer = await this.request({ path: '/readyz', accept: '*/*' }, await this.credentials());
        await read(answer);
        this.reached = true;
        if ((answer.statusCode ?? 0) < 500) return;
      } catch (error) {
        signal?.throwIfAborted();
        if (!this.reached) throw error instanceof CommandProblem ? error : unreachable(this.connection, error);
      }
      await pause(READY_POLL_MILLISECONDS, undefined, { signal });
    }
  }

  private async once<Body>(request: HttpRequest, isRetry = false): Promise<HttpAnswer<Body>> {
    const credentials = await this.credentials();
    const answer = await this.request(request, credentials);
    const { statusCode: code = 0 } = answer;
    const text = await read(answer);
    this.reached = true;
    if (code === 401) {
      // A token may be revoked before it expires. kubectl runs an exec plugin again, too.
      if (!isRetry && this.connection.renew?.(credentials)) return this.once(request, true);
      throw unauthorized(this.connection);
    }
    if (code < 200 || code > 299) throw new ApiError(code, statusOf(text, answer));
    return { code, body: this.parsed(request.path, text) as Body, warnings: warningsOf(answer) };
  }

  private parsed(path: string, text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      const { server, context } = this.connection;
      throw new CommandProblem(
        `${server}: must be an API server; got an answer to ${path} that is not JSON. Check the server of the context "${context}" in the kubeconfig.`,
      );
    }
  }

  private async credentials(): Promise<Credentials> {
    try {
      return await this.connection.credentials();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CommandProblem(`Failed to get credentials for the context "${this.connection.context}": ${reason}`);
    }
  }

  private request(
    { method = 'GET', path, query = {}, body, contentType, accept }: HttpRequest,
    credentials: Credentials,
  ): Promise<IncomingMessage> {
    const url = new URL(this.connection.server.replace(/\/+$/, '') + path);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      ...credentials.headers,
      accept: accept ?? 'application/json',
      'user-agent': 'third-party-platform',
      ...(text !== undefined && { 'content-type': contentType ?? 'application/json', 'content-length': Buffer.byteLength(text) }),
    };
    const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
    this.options.signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const sent = start(url, { ...credentials, method, headers });
      this.open.add(sent);
      sent.setTimeout(IDLE_SECONDS * 1000, () => sent.destroy(new Error(`no data for ${IDLE_SECONDS} s`)));
      sent
        .once('response', resolve)
        .once('error', reject)
        .once('close', () => this.open.delete(sent))
        .end(text);
    });
  }
}

/** By events, because an asynchronous iterator takes as long as the rest of a small request. */
function read(answer: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    answer
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .once('end', () => resolve(Buffer.concat(chunks).toString()))
      .once('error', reject)
      .once('close', () => reject(new Error('the connection was closed before the end of the response')));
  });
}

function statusOf(text: string, { headers }: IncomingMessage): Status {
  let status: Status = {};
  try {
    status = JSON.parse(text) as Status;
  } catch {
    // Not from the API server, but from a proxy before it.
  }
  const retryAfterSeconds = Number(headers['retry-after'] ?? NaN);
  return Number.isFinite(retryAfterSeconds) ? { ...status, details: { ...status.details, retryAfterSeconds } } : status;
}

/** Format: `299 - "text"`, with escaped quotes and backslashes (RFC 9111). */
function warningsOf({ headersDistinct }: IncomingMessage): string[] {
  const texts = (headersDistinct['warning'] ?? []).flatMap((header) => [...header.matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g)]);
  return texts.map(([, text = '']) => text.replaceAll(/\\(.)/g, '$1'));
}

const TLS_PROBLEMS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired. k3s renews it on a restart: sudo systemctl restart k3s',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is not valid for this host name. Use one of its names in the kubeconfig',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not signed by the CA in the kubeconfig. Get a new kubeconfig for this cluster',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not signed by the CA in the kubeconfig. Get a new kubeconfig for this cluster',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not signed by the CA in the kubeconfig. Get a new kubeconfig for this cluster',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not signed by the CA in the kubeconfig. Get a new kubeconfig for this cluster',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'it requires a client certificate, and the kubeconfig has none',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    'the client certificate in the kubeconfig has expired. Get a new kubeconfig (k3s: /etc/rancher/k3s/k3s.yaml)',
};

function unreachable({ context, server }: Connection, error: unknown): CommandProblem {
  const { code = '', message = String(error) } = error as { code?: string; message?: string };
  const reason = TLS_PROBLEMS[code] ?? `${message || code}. Check that it runs, and that this is the right context: kubectl cluster-info`;
  return new CommandProblem(`Cannot connect to the API server ${server} of the context "${context}": ${reason}.`);
}

function unauthorized({ context, server }: Connection): CommandProblem {
  return new CommandProblem(
    `The API server ${server} answers 401 Unauthorized: the certificate or token of the context "${context}" is invalid or has expired.\n` +
      'Get a new kubeconfig (k3s: /etc/rancher/k3s/k3s.yaml), or log in again.',
  );
}
