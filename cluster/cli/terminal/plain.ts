import { plain } from './colours';
import { inShort } from './duration';
import type { Awaited, ReportedEvent, Reporter } from './reporter';
import { sentenceOf } from './sentence';
import type { Stream } from './stream';
import type { Ticker } from './ticker';

/** So that a person who reads a log sees that it goes on, and for what it waits. */
const REMINDER = 30_000;

/** So many objects are named in a reminder. */
const NAMED = 3;

/** Lines for a file or for CI: one for each change, and a reminder of what is still waited for. */
export class PlainReporter implements Reporter {
  private awaited: readonly Awaited[] = [];
  private stopReminding: (() => void) | undefined;

  constructor(
    private readonly stream: Stream,
    private readonly ticker: Ticker,
  ) {}

  line(event: ReportedEvent): void {
    this.stream.write(`${sentenceOf(event, plain)}\n`);
  }

  waiting(objects: readonly Awaited[]): void {
    for (const { stage, object, reason } of changesOf(this.awaited, objects))
      this.line({ type: 'state', stage, object, state: 'waiting', reason });
    this.awaited = objects;
    if (objects.length === 0) this.end();
    else this.stopReminding ??= this.ticker.every(REMINDER, () => this.remind());
  }

  end(): void {
    this.stopReminding?.();
    this.stopReminding = undefined;
    this.awaited = [];
  }

  private remind(): void {
    const longest = [...this.awaited].sort((a, b) => a.since - b.since);
    const named = longest
      .slice(0, NAMED)
      .map(({ object, reason, since }) => `${object} (${inShort(this.ticker.now() - since)}): ${reason}`);
    const left = longest.length - named.length;
    this.line({ type: 'state', state: 'waiting', object: `still for ${[...named, ...(left > 0 ? [`${left} more`] : [])].join('; ')}` });
  }
}

/** What is waited for since now, or for another reason than before. */
export function changesOf(before: readonly Awaited[], now: readonly Awaited[]): Awaited[] {
  const said = new Map(before.map(({ object, reason }) => [object, reason]));
  return now.filter(({ object, reason }) => said.get(object) !== reason);
}
