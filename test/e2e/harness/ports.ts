import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the ports that Linux (from 32768), macOS and Windows (from 49152) choose for connections and for servers without a port: none of those takes
 * one before the program that it is for has started, or while that starts again. Above the ports that fetch refuses.
 */
const [FIRST, END] = [11_000, 32_000];

/** By this process: a program may not have bound the port that it was given. */
const given = new Set<number>();

/** Different free ports of the loopback address, at random, because other tests choose theirs at the same time. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = randomInt(FIRST, END);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
