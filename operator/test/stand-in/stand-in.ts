import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Incoming, Settings } from './call';
import { Faults } from './faults';
import { People } from './people';
import type { Reply } from './reply';
import { answer, operationOf, type Operation } from './routes';
import { Throttle } from './throttle';

export interface StandInOptions {
  /** The time in milliseconds, for throttling and for dates. */
  readonly clock?: () => number;
  readonly settings?: Partial<Settings>;
  /** 0: any that is free. */
  readonly port?: number;
}

/** A request as it was seen. */
export interface Seen {
  readonly operation: Operation;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Undefined as long as it is not answered, and when its connection was broken. */
  status?: number;
}

const REMEMBERED = 1000;

/**
 * A stand-in for CVAT 2.73.0, as far as accounts go: an HTTP server on the loopback interface. A real CVAT is an image of gigabytes with two
 * databases and a rule engine, which cannot run in tests. That this one does what the real one does is a test itself: test/exchanges replays
 * what was recorded from a real one.
 */
export class CvatStandIn {
  readonly people: People;
  readonly faults = new Faults();
  readonly settings: Settings;
  /** How many requests there were, by what was asked. */
  readonly counts = new Map<Operation, number>();
  #seen: Seen[] = [];
  readonly #server: Server;
  readonly #throttle: Throttle;
  #port = 0;

  private constructor({ clock = Date.now, settings }: StandInOptions) {
    this.people = new People(clock);
    this.#throttle = new Throttle(clock);
    this.settings = {
      opa: 'working',
      health: {},
      emailVerification: false,
      mail: false,
      registerDelayMs: 0,
      throttle: { requests: 100, seconds: 60 },
      ...settings,
    };
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(options: StandInOptions = {}): Promise<CvatStandIn> {
    const standIn = new CvatStandIn(options);
    await standIn.#listen(options.port ?? 0);
    return standIn;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The last thousand requests, the oldest first. */
  get seen(): readonly Seen[] {
    return this.#seen;
  }

  count(operation: Operation): number {
    return this.counts.get(operation) ?? 0;
  }

  forgetRequests(): void {
    this.counts.clear();
    this.#seen = [];
  }

  /** Breaks every connection and accepts no more: clients see "connection refused". What is known stays. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  /** Goes on after `stop`, at the same address. */
  async restart(): Promise<void> {
    await this.#listen(this.#port);
  }

  async #listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const incoming = await incomingOf(request).catch(() => undefined);
    if (!incoming) return; // the client went away before it had said everything
    const seen = this.#remember(incoming);
    const fault = this.faults.take(seen.operation);
    await this.faults.hooks.before?.(seen.operation);
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'drop' && fault.when === 'before') return void request.socket.destroy();
    if (fault?.kind === 'delay') await delay(fault.ms, undefined, { ref: false });
    // What was begun is finished, whether or not the client still waits for it.
    const settings = fault?.kind === 'late' ? { ...this.settings, duringRegister: () => fault.until } : this.settings;
    if (fault?.kind === 'late') request.socket.destroy();
    const reply = fault?.kind === 'answer' ? fault.reply : await answer(incoming, this.people, settings, this.#throttle);
    if (fault?.kind === 'late') return;
    await this.faults.hooks.after?.(seen.operation);
    if (fault?.kind === 'drop') return void request.socket.destroy();
    seen.status = reply.status;
    send(reply, response, incoming.method);
  }

  #remember({ method, path, query, headers, text }: Incoming): Seen {
    const operation = operationOf({ method, path });
    const seen: Seen = { operation, method, path, query: query.toString(), headers, body: text };
    this.counts.set(operation, this.count(operation) + 1);
    this.#seen.push(seen);
    if (this.#seen.length > REMEMBERED) this.#seen.shift();
    return seen;
  }
}

async function incomingOf(request: IncomingMessage): Promise<Incoming> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://cvat');
  return {
    method: request.method ?? 'GET',
    path: decodeURIComponent(pathname),
    query: searchParams,
    headers: request.headers,
    text: Buffer.concat(chunks).toString(),
    client: request.socket.remoteAddress ?? '',
  };
}

function send({ status, headers = {}, contentType, text }: Reply, response: ServerResponse, method: string): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, typeof value === 'string' ? value : [...value]);
  if (contentType !== undefined) response.setHeader('content-type', contentType);
  response.setHeader('content-length', Buffer.byteLength(text));
  response.end(method === 'HEAD' ? undefined : text);
}
