import type { IncomingMessage } from 'node:http';
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
}

export interface HttpOptions {
  /** Ends everything under way. */
  readonly signal?: AbortSignal;
  /** Called with what the API server remarks about a request that it carries out: a deprecated version, a field without effect. */
  readonly onWarning?: (text: string) => void;
}

/** A connection that has died on the way looks like a server that thinks. */
const SILENCE_SECONDS = 60;
/** How long a server that has answered once may be away: an API server that is upgraded takes about a minute to come back. */
const AWAY_SECONDS = 120;
const FIRST_PAUSE_MILLISECONDS = 200;
const LONGEST_PAUSE_MILLISECONDS = 5000;
const READY_PAUSE_MILLISECONDS = 500;
/** 429: too many requests. 503 and 504: there is somebody, but not the API server; it starts, or stops. */
const TRANSIENT = [429, 503, 504];

/**
 * Requests to the API server over a few connections that are kept. Each may be sent again: getting, applying and deleting twice is the same as
 * once. So a server that restarts is waited for, once it has been there.
 */
export class Http {
  private reached = false;

  constructor(
    readonly connection: Connection,
    private readonly options: HttpOptions = {},
  ) {}

  async send<Body>(request: HttpRequest): Promise<HttpAnswer<Body>> {
    const { signal } = this.options;
    const givenUpAt = Date.now() + AWAY_SECONDS * 1000;
    for (let milliseconds = FIRST_PAUSE_MILLISECONDS; ; milliseconds = Math.min(2 * milliseconds, LONGEST_PAUSE_MILLISECONDS)) {
      let wanted = milliseconds;
      try {
        return await this.once<Body>(request);
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof CommandProblem || (error instanceof ApiError && !TRANSIENT.includes(error.code))) throw error;
        if (!this.reached || Date.now() > givenUpAt) throw error instanceof ApiError ? error : unreachable(this.connection, error);
        if (error instanceof ApiError) wanted = Math.max(wanted, 1000 * (error.status.details?.retryAfterSeconds ?? 0));
        else await this.untilReady();
      }
      await pause(wanted, undefined, { signal });
    }
  }

  /**
   * Waits until the API server says that it is wholly there. While it starts, it may not know yet which kinds others have defined, and a kind that
   * is not served looks like one of which there are no objects: then nothing would seem to need its operator any more.
   */
  async untilReady(): Promise<void> {
    const { signal } = this.options;
    const givenUpAt = Date.now() + AWAY_SECONDS * 1000;
    while (Date.now() <= givenUpAt) {
      try {
        const answer = await this.open({ path: '/readyz', accept: '*/*' }, await this.credentials());
        await read(answer);
        this.reached = true;
        if ((answer.statusCode ?? 0) < 500) return;
      } catch (error) {
        signal?.throwIfAborted();
        if (!this.reached) throw error instanceof CommandProblem ? error : unreachable(this.connection, error);
      }
      await pause(READY_PAUSE_MILLISECONDS, undefined, { signal });
    }
  }

  private async once<Body>(request: HttpRequest): Promise<HttpAnswer<Body>> {
    const answer = await this.open(request, await this.credentials());
    const { statusCode: code = 0 } = answer;
    const text = await read(answer);
    this.reached = true;
    for (const warning of warningsOf(answer)) this.options.onWarning?.(warning);
    if (code === 401) throw unknownToServer(this.connection);
    if (code < 200 || code > 299) throw new ApiError(code, statusOf(text, answer));
    return { code, body: this.parsed(request.path, text) as Body };
  }

  private parsed(path: string, text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      const { server, context } = this.connection;
      throw new CommandProblem(
        `What answers at ${server}, the server of the context "${context}", is no API server: it answers ${path} with something else than JSON.`,
      );
    }
  }

  private async credentials(): Promise<Credentials> {
    try {
      return await this.connection.credentials();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CommandProblem(`Logging in as the context "${this.connection.context}" failed: ${reason}`);
    }
  }

  private open(
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
    const { signal } = this.options;
    const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const sent = open(url, { ...credentials, method, headers, ...(signal && { signal }) });
      sent.setTimeout(SILENCE_SECONDS * 1000, () => sent.destroy(new Error(`nothing was heard for ${SILENCE_SECONDS} s`)));
      sent.once('response', resolve).once('error', reject).end(text);
    });
  }
}

async function read(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function statusOf(text: string, { headers }: IncomingMessage): Status {
  let status: Status = {};
  try {
    status = JSON.parse(text) as Status;
  } catch {
    // Not from the API server itself, but from something on the way to it.
  }
  const retryAfterSeconds = Number(headers['retry-after'] ?? NaN);
  return Number.isFinite(retryAfterSeconds) ? { ...status, details: { ...status.details, retryAfterSeconds } } : status;
}

/** RFC 9111 has it as `299 - "text"`, with quotes and backslashes escaped. */
function warningsOf({ headersDistinct }: IncomingMessage): string[] {
  const texts = (headersDistinct['warning'] ?? []).flatMap((header) => [...header.matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g)]);
  return texts.map(([, text = '']) => text.replaceAll(/\\(.)/g, '$1'));
}

const TLS_PROBLEMS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired. k3s makes new ones when it is restarted: sudo systemctl restart k3s',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for other names. Use one of those in the kubeconfig',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by nobody whom the kubeconfig trusts. Get the kubeconfig of this very cluster',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by nobody whom the kubeconfig trusts. Get the kubeconfig of this very cluster',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its certificate is signed by nobody whom the kubeconfig trusts. Get the kubeconfig of this very cluster',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its certificate is signed by nobody whom the kubeconfig trusts. Get the kubeconfig of this very cluster',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'it wants a client certificate, and the kubeconfig has none',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    'the client certificate in the kubeconfig has expired. Get a new kubeconfig (k3s: /etc/rancher/k3s/k3s.yaml)',
};

function unreachable({ context, server }: Connection, error: unknown): CommandProblem {
  const { code = '', message = String(error) } = error as { code?: string; message?: string };
  const reason =
    TLS_PROBLEMS[code] ?? `it does not answer (${message || code}). Is it running, and is this the right context? kubectl cluster-info`;
  return new CommandProblem(`The API server ${server} of the context "${context}" cannot be talked to: ${reason}.`);
}

function unknownToServer({ context, server }: Connection): CommandProblem {
  return new CommandProblem(
    `The API server ${server} does not know who is asking: the certificate or token of the context "${context}" is wrong, or has expired.\n` +
      'Get a new kubeconfig (k3s: /etc/rancher/k3s/k3s.yaml), or log in again.',
  );
}
