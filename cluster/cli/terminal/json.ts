import { changesOf } from './plain';
import type { Awaited, ReportedEvent, Reporter } from './reporter';
import type { Stream } from './stream';
import type { Ticker } from './ticker';

/** A JSON object a line, for scripts: an event with the time at which it happened. What is waited for is an event of type `state`. */
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
    for (const { stage, object, reason } of changesOf(this.awaited, objects))
      this.line({ type: 'state', stage, object, state: 'waiting', reason });
    this.awaited = objects;
  }

  end(): void {
    this.awaited = [];
  }
}
