import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { ruleOf } from '../../../operator/src/kubernetes/rbac-rule';

/** Called with each request, in terms of RBAC. The request waits for it. */
export type OnRequest = (verb: string, resource: string) => void | Promise<void>;

/** A way to an API server on which every request is seen: what comes in is not encrypted, and what goes on is. */
export class ApiProxy {
  /** Called when the API server has answered, before the client hears of it. */
  after: OnRequest = () => undefined;
  private readonly agent = new Agent({ keepAlive: true });

  private constructor(
    private readonly server: Server,
    private readonly target: string,
    private readonly authority: Buffer,
  ) {
    server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => this.pass(incoming, outgoing));
  }

  static async to(target: string, authority: Buffer): Promise<ApiProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ApiProxy(server, target, authority);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { method = 'GET', url = '/', headers } = incoming;
    const { verb, resource } = ruleOf(method, new URL(url, this.target));
    const onward = request(`${this.target}${url}`, { method, headers, ca: this.authority, agent: this.agent }, (answer) => {
      void Promise.resolve(this.after(verb, resource)).then(() => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
    });
    onward.once('error', () => outgoing.destroy());
    outgoing.once('close', () => onward.destroy());
    incoming.pipe(onward);
  }
}
