import type { TimeSource } from '../src/queue/time-source';

interface Timer {
  readonly at: number;
  readonly call: () => void;
}

/** A clock that stands still until a test lets time pass. */
export class FakeClock implements TimeSource {
  private time = 0;
  private readonly timers = new Set<Timer>();

  now(): number {
    return this.time;
  }

  date(): string {
    return new Date(Date.UTC(2026, 0, 1) + this.time).toISOString().replace(/\.\d+Z$/, 'Z');
  }

  after(milliseconds: number, call: () => void): () => void {
    const timer = { at: this.time + milliseconds, call };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** How many calls are still to come. */
  get pending(): number {
    return this.timers.size;
  }

  /** Lets time pass, and what is called on the way do its asynchronous work. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.time + milliseconds;
    await settled();
    for (;;) {
      const next = [...this.timers].filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
      if (next === undefined) break;
      this.time = next.at;
      this.timers.delete(next);
      next.call();
      await settled();
    }
    this.time = end;
  }
}

/** Everything that only waits for promises has happened. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
