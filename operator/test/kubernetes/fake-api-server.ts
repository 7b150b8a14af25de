import { createServer, type IncomingMessage, type RequestOptions, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiClient, type ApiClientOptions } from '../../src/kubernetes/api-client';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly headers: IncomingMessage['headers'];
}

/** What a test lets an API server answer: JSON with its status, or the raw response to do with it what it likes. */
export type Handler = (asked: Asked, response: ServerResponse) => { readonly status?: number; readonly json: unknown } | undefined;

/** An HTTP server in the place of an API server. */
export class FakeApiServer {
  readonly asked: Asked[] = [];
  handler: Handler = () => ({ status: 404, json: { reason: 'NotFound', message: 'not found' } });

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<FakeApiServer> {
    const server = createServer((request, response) => void fake.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const fake: FakeApiServer = new FakeApiServer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return fake;
  }

  client(options: ApiClientOptions = {}): ApiClient {
    const credentials = (): Promise<RequestOptions> => Promise.resolve({ headers: { authorization: 'Bearer me' } });
    return new ApiClient({ server: this.url, credentials }, options);
  }

  /** Every connection breaks. */
  cut(): void {
    this.server.closeAllConnections();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const { pathname, searchParams } = new URL(request.url ?? '', this.url);
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const asked = { method: request.method ?? '', path: pathname, query: searchParams, body, headers: request.headers };
    this.asked.push(asked);
    const answer = this.handler(asked, response);
    if (answer) response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer.json));
  }
}

/** Waits for what happens over connections. */
export async function eventually(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('it does not happen');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
