import { JsonReporter } from './json';
import { PlainReporter } from './plain';
import { Progress } from './progress';
import type { Reporter } from './reporter';
import { type Clock, type Stream, systemClock } from './stream';

export type ReportFormat = 'terminal' | 'plain' | 'json';

/** A reporter for whoever reads the stream. */
export function createReporter(format: ReportFormat, stream: Stream = process.stdout, clock: Clock = systemClock): Reporter {
  switch (format) {
    case 'terminal':
      return new Progress(stream, clock);
    case 'plain':
      return new PlainReporter(stream, clock);
    case 'json':
      return new JsonReporter(stream, clock);
  }
}
