import type { Stream, Ticker } from '../../../../cluster/cli/terminal/reporter';

/** A stream that records its text. */
export class RecordedStream implements Stream {
  text = '';
  readonly isTTY: boolean;

  constructor(
    readonly columns?: number,
    readonly rows?: number,
  ) {
    this.isTTY = columns !== undefined;
  }

  write(text: string): void {
    this.text += text;
  }

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }
}

/** A ticker whose time passes by `pass` only. */
export class TestTicker implements Ticker {
  private time = Date.parse('2026-01-01T00:00:00Z');
  private readonly calls = new Set<{ next: number; readonly every: number; readonly call: () => void }>();

  now(): number {
    return this.time;
  }

  every(milliseconds: number, call: () => void): () => void {
    const entry = { next: this.time + milliseconds, every: milliseconds, call };
    this.calls.add(entry);
    return () => void this.calls.delete(entry);
  }

  /** The number of running timers. */
  get waiting(): number {
    return this.calls.size;
  }

  pass(milliseconds: number): void {
    const end = this.time + milliseconds;
    for (;;) {
      const [next] = [...this.calls].filter((entry) => entry.next <= end).sort((a, b) => a.next - b.next);
      if (next === undefined) break;
      this.time = next.next;
      next.next += next.every;
      next.call();
    }
    this.time = end;
  }
}
