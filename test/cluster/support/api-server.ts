import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Connection } from '../../../cluster/api/connection';

export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: unknown;
  readonly headers: IncomingMessage['headers'];
}

/** What a test lets an API server answer: JSON with its status, or the raw response to do with it what it likes. */
export type Handler = (asked: Asked, response: ServerResponse) => { readonly status?: number; readonly json: unknown } | undefined;

/** An HTTP server in the place of an API server. */
export class ApiServer {
  readonly asked: Asked[] = [];
  handler: Handler = () => ({ status: 404, json: { reason: 'NotFound', message: 'not found' } });
  private readonly agent = new Agent({ keepAlive: true });
  private server: Server | undefined;
  private port = 0;

  static async start(): Promise<ApiServer> {
    const server = new ApiServer();
    await server.start();
    return server;
  }

  /** Again at the same address, when it has been stopped. */
  async start(): Promise<void> {
    const server = createServer((request, response) => void this.answer(request, response));
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (!server) return;
    this.agent.destroy();
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get connection(): Connection {
    const credentials = { agent: this.agent, headers: { authorization: 'Bearer me' } };
    return { context: 'here', server: this.url, namespace: 'mine', credentials: () => Promise.resolve(credentials) };
  }

  /** What was asked for so far: `GET /api/v1/pods`. */
  get lines(): string[] {
    return this.asked.map(({ method, path }) => `${method} ${path}`);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const asked = { method: request.method ?? '', path: request.url ?? '', body, headers: request.headers };
    this.asked.push(asked);
    const answer = this.handler(asked, response);
    if (answer) response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer.json));
  }
}
