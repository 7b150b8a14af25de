import { Backoff } from './backoff';
import type { TimeSource } from './time-source';

/** What work on a key comes to; an exception means that it is to be tried again, later and later. */
export type WorkResult =
  | { readonly kind: 'done'; readonly againAfterSeconds?: number }
  /** Try again with back-off, but not before. */
  | { readonly kind: 'retry'; readonly notBeforeSeconds?: number }
  /** Call again with `slow`: in a lane of its own, so that thousands of slow keys do not delay the others. */
  | { readonly kind: 'slow' };

export interface WorkQueueOptions {
  readonly work: (key: string, mode: { readonly slow: boolean }) => Promise<WorkResult>;
  /** Called with an exception. Returns the minimum number of seconds before the next try, if the error has one. */
  readonly failed: (key: string, error: unknown) => number | undefined;
  readonly concurrency: number;
  /** How many keys are worked on in the slow lane at the same time. @default 1 */
  readonly slowConcurrency?: number;
  readonly clock: TimeSource;
  readonly random?: () => number;
}

const FIRST_RETRY = 1000;
const LONGEST_RETRY = 5 * 60_000;

interface Entry {
  state: 'ready' | 'running' | 'waiting';
  slow: boolean;
  /** Added while it was being worked on, with what it was added: it is worked on again at once. */
  again: boolean;
  backoff: Backoff | undefined;
  /** Takes the timer back that ends the waiting. */
  cancelWait: (() => void) | undefined;
}

/**
 * Keys to work on. A key is there at most once, and never worked on twice at the same time; who adds it while it is worked on gets another
 * run afterwards. Keys that something happened to go before those that are only looked at once in a while.
 */
export class WorkQueue {
  private readonly entries = new Map<string, Entry>();
  private readonly urgent = new Set<string>();
  private readonly routine = new Set<string>();
  private readonly slowQueue = new Set<string>();
  private running = 0;
  private runningSlow = 0;
  private stopped = false;
  private idle: (() => void)[] = [];

  constructor(private readonly options: WorkQueueOptions) {}

  /** How many keys wait for a worker. */
  get depth(): number {
    return this.urgent.size + this.routine.size + this.slowQueue.size;
  }

  /** How many wait for the next try. */
  get waiting(): number {
    let waiting = 0;
    for (const { state } of this.entries.values()) if (state === 'waiting') waiting++;
    return waiting;
  }

  get busy(): number {
    return this.running + this.runningSlow;
  }

  add(key: string, { routine = false }: { readonly routine?: boolean } = {}): void {
    if (this.stopped) return;
    const entry = this.entries.get(key) ?? { state: 'waiting', slow: false, again: false, backoff: undefined, cancelWait: undefined };
    this.entries.set(key, entry);
    if (entry.state === 'running') {
      entry.again = true;
    } else if (entry.state === 'waiting') {
      this.enqueue(key, entry, routine ? this.routine : this.urgent);
    } else if (!routine && this.routine.delete(key)) {
      this.urgent.add(key);
    }
    this.dispatch();
  }

  /** What waits for the next try is tried now: the reason for waiting is gone. */
  retryNow(): void {
    for (const [key, entry] of this.entries) if (entry.state === 'waiting') this.enqueue(key, entry, this.routine);
    this.dispatch();
  }

  /** Starts nothing any more; resolves when what runs has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const { cancelWait } of this.entries.values()) cancelWait?.();
    for (const queue of [this.urgent, this.routine, this.slowQueue]) queue.clear();
    if (this.busy > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  private enqueue(key: string, entry: Entry, queue: Set<string>): void {
    entry.cancelWait?.();
    entry.cancelWait = undefined;
    entry.state = 'ready';
    entry.slow = queue === this.slowQueue;
    queue.add(key);
  }

  private dispatch(): void {
    if (this.stopped) return;
    while (this.runningSlow < (this.options.slowConcurrency ?? 1)) {
      const key = take(this.slowQueue);
      if (key === undefined) break;
      this.runningSlow++;
      void this.run(key).finally(() => this.ended(() => this.runningSlow--));
    }
    while (this.running < this.options.concurrency) {
      const key = take(this.urgent) ?? take(this.routine);
      if (key === undefined) return;
      this.running++;
      void this.run(key).finally(() => this.ended(() => this.running--));
    }
  }

  private ended(count: () => void): void {
    count();
    this.dispatch();
    if (this.busy === 0) this.idle.splice(0).forEach((resolve) => resolve());
  }

  private async run(key: string): Promise<void> {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    entry.state = 'running';
    let result: WorkResult;
    try {
      result = await this.options.work(key, { slow: entry.slow });
    } catch (error) {
      result = { kind: 'retry', notBeforeSeconds: this.options.failed(key, error) };
    }
    if (!this.stopped) this.settle(key, entry, result);
  }

  private settle(key: string, entry: Entry, result: WorkResult): void {
    const { again } = entry;
    entry.again = false;
    if (result.kind === 'slow') return this.enqueue(key, entry, this.slowQueue);
    if (result.kind === 'done') entry.backoff = undefined;
    const { clock, random } = this.options;
    if (result.kind === 'retry') {
      entry.backoff ??= new Backoff(FIRST_RETRY, LONGEST_RETRY, random);
      const pause = Math.max(entry.backoff.next(), (result.notBeforeSeconds ?? 0) * 1000);
      // Something happened meanwhile, but what fails is not hammered because of that: only the application's own wish is obeyed fully.
      return this.wait(key, entry, again ? Math.max(FIRST_RETRY / 2, (result.notBeforeSeconds ?? 0) * 1000) : pause, clock);
    }
    if (again) return this.enqueue(key, entry, this.urgent);
    if (result.againAfterSeconds !== undefined) return this.wait(key, entry, result.againAfterSeconds * 1000, clock);
    this.entries.delete(key);
  }

  private wait(key: string, entry: Entry, milliseconds: number, clock: TimeSource): void {
    entry.state = 'waiting';
    entry.cancelWait = clock.after(milliseconds, () => {
      entry.cancelWait = undefined;
      this.enqueue(key, entry, this.urgent);
      this.dispatch();
    });
  }
}

function take(queue: Set<string>): string | undefined {
  for (const key of queue) {
    queue.delete(key);
    return key;
  }
  return undefined;
}
