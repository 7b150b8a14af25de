import { JsonReporter } from '../../../../cluster/cli/terminal/json';
import { RecordedStream, TestTicker } from './support';

test('prints each event as a JSON object with its time, and a wait when its reason changes', () => {
  const [stream, ticker] = [new RecordedStream(), new TestTicker()];
  const reporter = new JsonReporter(stream, ticker);
  const awaited = { stage: '30-postgres', object: 'Job a', reason: 'it\nruns', since: ticker.now() };
  reporter.line({ type: 'applied', stage: '30-postgres', object: 'Job a', result: 'created' });
  ticker.pass(1500);
  reporter.waiting([awaited]);
  reporter.waiting([awaited]);
  ticker.pass(60_000);
  reporter.end();
  expect(stream.lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { time: '2026-01-01T00:00:00.000Z', type: 'applied', stage: '30-postgres', object: 'Job a', result: 'created' },
    { time: '2026-01-01T00:00:01.500Z', type: 'state', stage: '30-postgres', object: 'Job a', state: 'waiting', reason: 'it\nruns' },
  ]);
});
