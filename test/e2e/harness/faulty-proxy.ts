import { createServer, request as send, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to an answer on its way. A status replaces it, as often as `times` says; without `times`, always. */
export type Fault = 'cut off' | 'other content' | { readonly status: number; readonly times?: number };

/** An HTTP proxy in front of a server on loopback: it passes everything on, but for the answers to paths that have a fault. */
export class FaultyProxy {
  readonly requests: string[] = [];
  private faults: { readonly path: RegExp; readonly fault: Fault; hits: number }[] = [];

  private constructor(private readonly server: Server) {}

  /** `target` is a host with a port. */
  static async start(target: string): Promise<FaultyProxy> {
    const server = createServer();
    const proxy = new FaultyProxy(server);
    server.on('request', (request, response) => {
      const { url = '', method, headers } = request;
      proxy.requests.push(`${method} ${url}`);
      const fault = method === 'HEAD' ? undefined : proxy.faultOf(url);
      if (typeof fault === 'object') return response.writeHead(fault.status).end('{"errors":[{"code":"TOOMANYREQUESTS"}]}');
      const [hostname, port] = target.split(':');
      const passed = send({ hostname, port, path: url, method, headers }, (answer) => {
        void contentOf(answer).then((content) => {
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          if (fault === 'cut off') response.write(content.subarray(0, Math.floor(content.length / 2)), () => response.destroy());
          else response.end(fault === 'other content' ? content.fill(0, Math.floor(content.length / 2)) : content);
        });
      });
      return request.pipe(passed);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get host(): string {
    return `localhost:${(this.server.address() as AddressInfo).port}`;
  }

  /** From now on, answers to these paths have this fault, and no others. */
  spoil(path: RegExp, fault: Fault): void {
    this.faults = [{ path, fault, hits: 0 }];
  }

  /** From now on, everything is passed on. */
  restore(): void {
    this.faults = [];
    this.requests.length = 0;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private faultOf(url: string): Fault | undefined {
    const entry = this.faults.find(({ path }) => path.test(url));
    if (entry === undefined) return undefined;
    const { fault } = entry;
    return typeof fault === 'object' && fault.times !== undefined && ++entry.hits > fault.times ? undefined : fault;
  }
}

async function contentOf(answer: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
