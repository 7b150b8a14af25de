import { PlainReporter } from '../../../../cluster/cli/terminal/plain';
import type { Awaited } from '../../../../cluster/cli/terminal/reporter';
import { RecordedStream, TestTicker } from './support';

let [stream, ticker] = [new RecordedStream(), new TestTicker()];
let reporter = new PlainReporter(stream, ticker);

beforeEach(() => {
  [stream, ticker] = [new RecordedStream(), new TestTicker()];
  reporter = new PlainReporter(stream, ticker);
});

const awaited = (object: string, reason: string, since = ticker.now()): Awaited => ({ stage: '30-postgres', object, reason, since });

test('prints each event as a line', () => {
  reporter.line({ type: 'stage', stage: '30-postgres' });
  reporter.line({ type: 'applied', object: 'Namespace cvat', result: 'created' });
  reporter.line({ type: 'state', object: 'Namespace cvat', state: 'ready' });
  reporter.line({
    type: 'state',
    object: 'Job cvat/one',
    state: 'failed',
    reason: 'BackoffLimitExceeded',
    message: 'it has failed 6 times',
  });
  reporter.line({ type: 'warning', object: 'Pod cvat/one', reason: 'BackOff', message: 'Back-off\n  pulling image' });
  reporter.line({ type: 'note', message: 'CVAT:\n  http://cvat.example.org' });
  expect(stream.lines).toEqual([
    '30-postgres',
    'created    Namespace cvat',
    'ready      Namespace cvat',
    'failed     Job cvat/one: BackoffLimitExceeded: it has failed 6 times',
    'warning    Pod cvat/one: BackOff: Back-off pulling image',
    'CVAT:',
    '  http://cvat.example.org',
  ]);
});

test('prints a wait once, and again when its reason changes', () => {
  reporter.waiting([awaited('Job a', 'it runs'), awaited('Job b', 'it runs')]);
  reporter.waiting([awaited('Job a', 'it runs'), awaited('Job b', 'it runs')]);
  reporter.waiting([awaited('Job a', 'it has failed once')]);
  expect(stream.lines).toEqual(['waiting    Job a: it runs', 'waiting    Job b: it runs', 'waiting    Job a: it has failed once']);
});

test('prints every 30 seconds what it still waits for, the longest first, and how many more', () => {
  const since = ticker.now();
  const many = (time: number): Awaited[] =>
    ['a', 'b', 'c', 'd', 'e'].map((name, index) => awaited(`Job ${name}`, 'it runs', time - index * 1000));
  reporter.waiting(many(since));
  stream.text = '';
  ticker.pass(20_000);
  reporter.waiting(many(since));
  ticker.pass(9_999);
  expect(stream.lines).toEqual([]);
  ticker.pass(1);
  const reminder = 'waiting    still for Job e (34s): it runs; Job d (33s): it runs; Job c (32s): it runs; 2 more';
  expect(stream.lines).toEqual([reminder]);
  ticker.pass(60_000);
  expect(stream.lines).toHaveLength(3);
  expect(stream.lines[2]).toContain('Job e (1m34s)');
});

test('stops its timer when the wait ends, and at the end', () => {
  reporter.waiting([awaited('Job a', 'it runs')]);
  reporter.waiting([]);
  expect(ticker.waiting).toBe(0);
  reporter.waiting([awaited('Job a', 'it runs')]);
  reporter.end();
  expect(ticker.waiting).toBe(0);
  expect(stream.lines).toHaveLength(2);
});
