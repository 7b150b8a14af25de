import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to a server on which everything can get stuck without a word, as when a router forgets its connections. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async to(url: string): Promise<TcpProxy> {
    const { hostname, port } = new URL(url);
    const server = createServer((socket) => {
      const onward = connect(Number(port), hostname);
      for (const one of [socket, onward]) {
        tcpProxy.sockets.add(one);
        one.on('error', () => undefined).on('close', () => tcpProxy.sockets.delete(one));
      }
      socket.pipe(onward).pipe(socket);
    });
    const tcpProxy: TcpProxy = new TcpProxy(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return tcpProxy;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What is connected stays so, and hears nothing any more. New connections work. */
  silence(): void {
    for (const socket of this.sockets) socket.unpipe().pause();
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
