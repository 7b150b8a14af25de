import { formatDuration } from '../duration';
import { plain } from './colours';
import type { Awaited, ReportedEvent, Reporter, Stream, Ticker } from './reporter';
import { formatEvent } from './sentence';

/** A log shows in this interval that the command is still waiting, and for what. */
const REMINDER_MILLISECONDS = 30_000;

/** The number of objects that a reminder names. */
const NAMED = 3;

/** Prints lines for a file or CI: one for each event, and reminders of what is still waited for. */
export class PlainReporter implements Reporter {
  private awaited: readonly Awaited[] = [];
  private stopReminding: (() => void) | undefined;

  constructor(
    private readonly stream: Stream,
    private readonly ticker: Ticker,
  ) {}

  line(event: ReportedEvent): void {
    this.stream.write(`${formatEvent(event, plain)}\n`);
  }

  waiting(objects: readonly Awaited[]): void {
    for (const { stage, object, reason } of changedSince(this.awaited, objects))
      this.line({ type: 'state', stage, object, state: 'waiting', reason });
    this.awaited = objects;
    if (objects.length === 0) this.end();
    else this.stopReminding ??= this.ticker.every(REMINDER_MILLISECONDS, () => this.remind());
  }

  end(): void {
    this.stopReminding?.();
    this.stopReminding = undefined;
    this.awaited = [];
  }

  private remind(): void {
    const longestFirst = [...this.awaited].sort((a, b) => a.since - b.since);
    const named = longestFirst
      .slice(0, NAMED)
      .map(({ object, reason, since }) => `${object} (${formatDuration(this.ticker.now() - since)}): ${reason}`);
    const more = longestFirst.length - named.length;
    this.line({ type: 'state', state: 'waiting', object: `still for ${[...named, ...(more > 0 ? [`${more} more`] : [])].join('; ')}` });
  }
}

/** The objects of `now` that are new, or have another reason than before. */
export function changedSince(before: readonly Awaited[], now: readonly Awaited[]): Awaited[] {
  const reasons = new Map(before.map(({ object, reason }) => [object, reason]));
  return now.filter(({ object, reason }) => reasons.get(object) !== reason);
}
