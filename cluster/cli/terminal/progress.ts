import { createLogUpdate } from 'log-update';
import { formatDuration } from '../duration';
import { type Paint, paintFor } from './colours';
import type { Awaited, ReportedEvent, Reporter, Stream, Ticker } from './reporter';
import { formatEvent } from './sentence';
import { cut, onOneLine } from './table';

/** How often the elapsed time is redrawn. */
const TICK_MILLISECONDS = 1000;

/** The largest number of objects shown: a stage can have thousands. */
const SHOWN = 10;

/** Prints lines to a terminal, and below them a region that shows what is waited for. */
export class Progress implements Reporter {
  private readonly region: ReturnType<typeof createLogUpdate>;
  private readonly paint: Paint;
  private awaited: readonly Awaited[] = [];
  private stopTicking: (() => void) | undefined;

  constructor(
    private readonly stream: Stream,
    private readonly ticker: Ticker,
  ) {
    // log-update uses nothing of a stream that ours does not have.
    this.region = createLogUpdate(stream as NodeJS.WritableStream);
    this.paint = paintFor(stream);
  }

  line(event: ReportedEvent): void {
    // Not by log-update: it breaks a line at the terminal's width, and a command in it could not be copied.
    this.region.clear();
    this.stream.write(`${formatEvent(event, this.paint)}\n`);
    this.draw();
  }

  waiting(objects: readonly Awaited[]): void {
    this.awaited = objects;
    if (objects.length === 0) {
      this.stop();
    } else {
      this.stopTicking ??= this.ticker.every(TICK_MILLISECONDS, () => this.draw());
      this.draw();
    }
  }

  end(): void {
    this.awaited = [];
    this.stop();
    this.region.done();
  }

  private stop(): void {
    this.stopTicking?.();
    this.stopTicking = undefined;
    this.region.clear();
  }

  private draw(): void {
    if (this.awaited.length > 0) this.region(this.frame().join('\n'));
  }

  /** A line for each stage and each object, cut to the terminal's width: a wrapped line would not be erased. */
  private frame(): string[] {
    const now = this.ticker.now();
    const width = (this.stream.columns ?? 80) - 1;
    const shown = this.awaited.slice(0, Math.max(1, Math.min(SHOWN, (this.stream.rows ?? 24) - 6)));
    const lines: string[] = [];
    for (const stage of new Set(shown.map((object) => object.stage))) {
      lines.push(this.paint('bold', cut(`${stage}: waiting`, width)));
      for (const { object, reason, since } of shown.filter((one) => one.stage === stage)) {
        const time = formatDuration(now - since);
        lines.push(`  ${cut(onOneLine(`${object}: ${reason}`), Math.max(width - time.length - 4, 0))}  ${this.paint('gray', time)}`);
      }
    }
    const left = this.awaited.length - shown.length;
    return left > 0 ? [...lines, this.paint('gray', cut(`  and ${left} more`, width))] : lines;
  }
}
