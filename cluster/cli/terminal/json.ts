import { changedSince } from './plain';
import type { Awaited, ReportedEvent, Reporter, Stream, Ticker } from './reporter';

/** Prints one JSON object per line: an event and its time. An object that is waited for is an event of type `state` when its reason changes. */
export class JsonReporter implements Reporter {
  private awaited: readonly Awaited[] = [];

  constructor(
    private readonly stream: Stream,
    private readonly ticker: Ticker,
  ) {}

  line(event: ReportedEvent): void {
    this.stream.write(`${JSON.stringify({ time: new Date(this.ticker.now()).toISOString(), ...event })}\n`);
  }

  waiting(objects: readonly Awaited[]): void {
    for (const { stage, object, reason } of changedSince(this.awaited, objects))
      this.line({ type: 'state', stage, object, state: 'waiting', reason });
    this.awaited = objects;
  }

  end(): void {
    this.awaited = [];
  }
}
