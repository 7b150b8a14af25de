import { JsonReporter } from './json';
import { PlainReporter } from './plain';
import { Progress } from './progress';
import type { Reporter } from './reporter';
import type { Stream } from './stream';
import { systemTicker, type Ticker } from './ticker';

export type ReportFormat = 'terminal' | 'plain' | 'json';

/** A reporter for whoever reads the stream. */
export function createReporter(format: ReportFormat, stream: Stream = process.stdout, ticker: Ticker = systemTicker): Reporter {
  switch (format) {
    case 'terminal':
      return new Progress(stream, ticker);
    case 'plain':
      return new PlainReporter(stream, ticker);
    case 'json':
      return new JsonReporter(stream, ticker);
  }
}
