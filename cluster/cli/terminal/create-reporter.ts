import { JsonReporter } from './json';
import { PlainReporter } from './plain';
import type { Reporter, Stream, Ticker } from './reporter';

/** `terminal` redraws what is waited for, `plain` prints lines for a log, `json` one JSON object per line. */
export type ReportFormat = 'terminal' | 'plain' | 'json';

const systemTicker: Ticker = {
  now: () => Date.now(),
  every(milliseconds, call) {
    const timer = setInterval(call, milliseconds).unref();
    return () => clearInterval(timer);
  },
};

export async function createReporter(
  format: ReportFormat,
  stream: Stream = process.stdout,
  ticker: Ticker = systemTicker,
): Promise<Reporter> {
  switch (format) {
    case 'terminal': {
      // Loading what redraws a terminal takes longer than a comparison of a small folder.
      const { Progress } = await import('./progress');
      return new Progress(stream, ticker);
    }
    case 'plain':
      return new PlainReporter(stream, ticker);
    case 'json':
      return new JsonReporter(stream, ticker);
  }
}
