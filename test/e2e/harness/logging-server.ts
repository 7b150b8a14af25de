import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import type { ControlPlane } from './control-plane';

/** A request as it came over TLS. */
export interface LoggedRequest {
  readonly headers: IncomingHttpHeaders;
  /** The subject of the client certificate. */
  readonly certificate?: string;
}

/** A TLS server before the API server, with its certificate: it logs each request, and answers it by itself or lets the API server do so. */
export class LoggingServer {
  readonly requests: LoggedRequest[] = [];
  /** Whether a request is answered with 401. */
  refuses: (request: LoggedRequest) => boolean = () => false;

  private constructor(private readonly server: Server) {}

  static async start(controlPlane: ControlPlane): Promise<LoggingServer> {
    const { cert, key } = servingCertificate(controlPlane);
    const server = createServer({ cert, key, requestCert: true, rejectUnauthorized: false });
    const logging = new LoggingServer(server);
    server.on('request', (incoming, response) => {
      const subject = (incoming.socket as TLSSocket).getPeerCertificate().subject as { CN?: string } | undefined;
      const logged = { headers: incoming.headers, ...(subject?.CN !== undefined && { certificate: subject.CN }) };
      logging.requests.push(logged);
      if (logging.refuses(logged)) {
        response.writeHead(401, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Unauthorized', code: 401 }));
        return;
      }
      const { method, url, headers } = incoming;
      const forwarded = request(`${controlPlane.server}${url ?? ''}`, { method, headers, rejectUnauthorized: false }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      forwarded.on('error', () => response.destroy());
      incoming.pipe(forwarded);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return logging;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** What the API server has made for itself. It is valid for 127.0.0.1 and kubernetes. */
export function servingCertificate({ directory }: ControlPlane): { readonly cert: string; readonly key: string } {
  const read = (name: string): string => readFileSync(join(directory, 'certificates', name), 'utf8');
  return { cert: read('apiserver.crt'), key: read('apiserver.key') };
}
