import { createReporter } from '../../../../cluster/cli/terminal/create-reporter';
import type { Awaited, Reporter } from '../../../../cluster/cli/terminal/reporter';
import { RecordedStream, TestTicker } from './support';

/** The content of a terminal after this text, with the few escape sequences that occur. */
function screen(text: string): string[] {
  const lines = [''];
  let [row, column] = [0, 0];
  // eslint-disable-next-line no-control-regex
  for (const [token, count = '1', final] of text.matchAll(/\u001b\[\??(\d+)?([A-Za-z])|\n|[^\u001b\n]+/g)) {
    if (token === '\n') [row, column] = [row + 1, 0];
    else if (final === 'A') row = Math.max(0, row - Number(count));
    else if (final === 'B') row += Number(count);
    else if (final === 'G') column = 0;
    else if (final === 'K') lines[row] = count === '2' ? '' : (lines[row] ?? '').slice(0, column);
    else if (final === undefined) {
      lines[row] = (lines[row] ?? '').slice(0, column).padEnd(column) + token + (lines[row] ?? '').slice(column + token.length);
      column += token.length;
    }
    while (lines.length <= row) lines.push('');
  }
  return lines
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd()
    .split('\n');
}

let [stream, ticker] = [new RecordedStream(60, 24), new TestTicker()];
let reporter: Reporter;

beforeEach(async () => {
  [stream, ticker] = [new RecordedStream(60, 24), new TestTicker()];
  reporter = await createReporter('terminal', stream, ticker);
});

const awaited = (object: string, reason: string, stage = '30-postgres'): Awaited => ({
  stage,
  object,
  reason,
  since: Date.parse('2026-01-01T00:00:00Z'),
});

test('prints lines above the wait, which shows the elapsed time', () => {
  reporter.line({ type: 'applied', object: 'Namespace cvat', result: 'created' });
  reporter.waiting([awaited('Job a', 'it runs'), awaited('Job b', 'it runs', '50-cvat')]);
  ticker.pass(61_000);
  reporter.line({ type: 'warning', object: 'Pod cvat/a', reason: 'BackOff' });
  expect(screen(stream.text)).toEqual([
    'created    Namespace cvat',
    'warning    Pod cvat/a: BackOff',
    '30-postgres: waiting',
    '  Job a: it runs  1m01s',
    '50-cvat: waiting',
    '  Job b: it runs  1m01s',
  ]);
});

test('removes what is no longer waited for, and leaves only lines at the end', () => {
  reporter.waiting([awaited('Job a', 'it runs'), awaited('Job b', 'it runs')]);
  reporter.waiting([awaited('Job b', 'it has failed once')]);
  expect(screen(stream.text)).toEqual(['30-postgres: waiting', '  Job b: it has failed once  0s']);
  reporter.line({ type: 'state', object: 'Job b', state: 'ready' });
  reporter.waiting([]);
  expect(ticker.waiting).toBe(0);
  reporter.end();
  expect(screen(stream.text)).toEqual(['ready      Job b']);
});

test('cuts lines to the width of the terminal, and shows some of many objects', () => {
  reporter.waiting(
    Array.from({ length: 2000 }, (_, index) => awaited(`ConfigMap cvat/${index}`, 'a reason that is much longer than a terminal is wide')),
  );
  const lines = screen(stream.text);
  expect(lines).toHaveLength(12);
  expect(lines.at(-1)).toBe('  and 1990 more');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(60);
  expect(lines[1]).toBe('  ConfigMap cvat/0: a reason that is much longer than …  0s');
});

test('does not break a printed line at the width of the terminal, so that a command in it can be copied', () => {
  const command = `kubectl -n cvat create secret generic my-postgres-backup --from-file=s3.conf --dry-run=client`;
  reporter.waiting([awaited('Job a', 'it runs')]);
  reporter.line({ type: 'note', message: command });
  expect(screen(stream.text)[0]).toBe(command);
});
