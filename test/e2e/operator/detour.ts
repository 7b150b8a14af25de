import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to a server on which everything can get stuck without a word, as when a router forgets its connections. */
export class Detour {
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async to(url: string): Promise<Detour> {
    const { hostname, port } = new URL(url);
    const server = createServer((socket) => {
      const onward = connect(Number(port), hostname);
      for (const one of [socket, onward]) {
        detour.sockets.add(one);
        one.on('error', () => undefined).on('close', () => detour.sockets.delete(one));
      }
      socket.pipe(onward).pipe(socket);
    });
    const detour: Detour = new Detour(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return detour;
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
