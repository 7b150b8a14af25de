import { createLogUpdate } from 'log-update';
import { type Paint, paintFor } from './colours';
import { inShort } from './duration';
import type { Awaited, ReportedEvent, Reporter } from './reporter';
import { sentenceOf } from './sentence';
import type { Stream } from './stream';
import { cut, onOneLine } from './table';
import type { Ticker } from './ticker';

/** How often the time that has passed is drawn anew. */
const TICK = 1000;

/** So many objects are shown, however high the terminal is: a stage may have 2,000. */
const SHOWN = 10;

/** For a person at a terminal: lines that stay, and below them what is waited for. */
export class Progress implements Reporter {
  private readonly region: ReturnType<typeof createLogUpdate>;
  private readonly paint: Paint;
  private awaited: readonly Awaited[] = [];
  private stopTicking: (() => void) | undefined;

  constructor(
    private readonly stream: Stream,
    private readonly ticker: Ticker,
  ) {
    // Of a stream, log-update takes what ours has.
    this.region = createLogUpdate(stream as NodeJS.WritableStream);
    this.paint = paintFor(stream);
  }

  line(event: ReportedEvent): void {
    // Not by log-update, which would break the line at the terminal's width: a command in it could not be copied.
    this.region.clear();
    this.stream.write(`${sentenceOf(event, this.paint)}\n`);
    this.draw();
  }

  waiting(objects: readonly Awaited[]): void {
    this.awaited = objects;
    if (objects.length === 0) {
      this.rest();
    } else {
      this.stopTicking ??= this.ticker.every(TICK, () => this.draw());
      this.draw();
    }
  }

  end(): void {
    this.awaited = [];
    this.rest();
    this.region.done();
  }

  private rest(): void {
    this.stopTicking?.();
    this.stopTicking = undefined;
    this.region.clear();
  }

  private draw(): void {
    if (this.awaited.length > 0) this.region(this.frame().join('\n'));
  }

  /** A line of its own for each stage and each object; none is wider than the terminal, where it would be wrapped. */
  private frame(): string[] {
    const now = this.ticker.now();
    const width = (this.stream.columns ?? 80) - 1;
    const shown = this.awaited.slice(0, Math.max(1, Math.min(SHOWN, (this.stream.rows ?? 24) - 6)));
    const lines: string[] = [];
    for (const stage of new Set(shown.map((object) => object.stage))) {
      lines.push(this.paint('bold', cut(`${stage}: waiting`, width)));
      for (const { object, reason, since } of shown.filter((one) => one.stage === stage)) {
        const time = inShort(now - since);
        lines.push(`  ${cut(onOneLine(`${object}: ${reason}`), Math.max(width - time.length - 4, 0))}  ${this.paint('gray', time)}`);
      }
    }
    const left = this.awaited.length - shown.length;
    return left > 0 ? [...lines, this.paint('gray', cut(`  and ${left} more`, width))] : lines;
  }
}
