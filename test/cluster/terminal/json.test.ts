import { JsonReporter } from '../../../cluster/terminal/json';
import { RecordedStream, TestClock } from './support';

test('every event is a JSON object on a line of its own, with its time; what is waited for is one when it changes', () => {
  const [stream, clock] = [new RecordedStream(), new TestClock()];
  const reporter = new JsonReporter(stream, clock);
  const awaited = { stage: '30-postgres', object: 'Job a', reason: 'it\nruns', since: clock.now() };
  reporter.line({ type: 'applied', stage: '30-postgres', object: 'Job a', result: 'created' });
  clock.pass(1500);
  reporter.waiting([awaited]);
  reporter.waiting([awaited]);
  clock.pass(60_000);
  reporter.end();
  expect(stream.lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { time: '2026-01-01T00:00:00.000Z', type: 'applied', stage: '30-postgres', object: 'Job a', result: 'created' },
    { time: '2026-01-01T00:00:01.500Z', type: 'state', stage: '30-postgres', object: 'Job a', state: 'waiting', reason: 'it\nruns' },
  ]);
});
