import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a path is answered, instead of with its content. */
export type Fault = 'not found' | 'cut off' | { readonly status: number; readonly times: number };

/** A chart repository over HTTP, on loopback. It is faithful in what Helm asks of one: GET of index.yaml and of archives. */
export class ChartServer {
  readonly requests: string[] = [];
  readonly files = new Map<string, Buffer>();
  readonly faults = new Map<string, Fault>();
  /** `user:password`: what every request must have, if set. */
  login: string | undefined;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<ChartServer> {
    const server = createServer();
    const charts = new ChartServer(server);
    server.on('request', ({ url = '', headers }, response) => {
      charts.requests.push(url);
      const wanted = charts.login === undefined ? undefined : `Basic ${Buffer.from(charts.login).toString('base64')}`;
      if (wanted !== undefined && headers.authorization !== wanted) return response.writeHead(401).end('login');
      const fault = charts.faults.get(url);
      const content = fault === 'not found' ? undefined : charts.files.get(url);
      if (typeof fault === 'object' && charts.requests.filter((path) => path === url).length <= fault.times) {
        return response.writeHead(fault.status).end('try again later');
      }
      if (content === undefined) return response.writeHead(404).end('not found');
      if (fault !== 'cut off') return response.writeHead(200, { 'content-length': content.length }).end(content);
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, content.length / 2), () => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return charts;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
