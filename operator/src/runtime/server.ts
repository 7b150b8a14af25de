import { createServer, type Server } from 'node:http';
import type { Registry } from 'prom-client';

export interface ServerOptions {
  readonly port: number;
  readonly registry: Registry;
  /** Whether this process does what it should; if not, Kubernetes restarts it. */
  readonly healthy: () => boolean;
  readonly ready: () => boolean;
}

/** Answers /healthz, /readyz and /metrics. */
export async function serve({ port, registry, healthy, ready }: ServerOptions): Promise<Server> {
  const server = createServer((request, response) => {
    const answer = (status: number, text: string, type = 'text/plain; charset=utf-8'): void => {
      response.writeHead(status, { 'content-type': type }).end(text);
    };
    const check = (well: boolean): void => answer(well ? 200 : 503, well ? 'ok' : 'not ready');
    const [path] = (request.url ?? '').split('?');
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(405, 'method not allowed');
    if (path === '/healthz') return check(healthy());
    if (path === '/readyz') return check(ready());
    if (path !== '/metrics') return answer(404, 'not found: paths are /healthz, /readyz and /metrics');
    registry.metrics().then(
      (text) => answer(200, text, registry.contentType),
      () => answer(500, 'failed to collect metrics'),
    );
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, resolve));
  return server;
}
