import { refuse } from './reply';

/** Counts the requests of clients that are not logged in: those of the last minute, in one account for all paths. */
export class Throttle {
  readonly #times = new Map<string, number[]>();

  constructor(private readonly clock: () => number) {}

  check(client: string, { requests, seconds }: { readonly requests: number; readonly seconds: number }): void {
    const now = this.clock();
    const times = (this.#times.get(client) ?? []).filter((time) => time > now - seconds * 1000);
    this.#times.set(client, times);
    const [oldest] = times;
    if (oldest !== undefined && times.length >= requests) {
      const wait = Math.ceil((oldest + seconds * 1000 - now) / 1000);
      throw refuse(429, `Request was throttled. Expected available in ${wait} seconds.`, { 'retry-after': String(wait) });
    }
    times.push(now);
  }
}
