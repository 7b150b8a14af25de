import fc from 'fast-check';
import { WorkQueue, type WorkResult } from '../../src/queue/work-queue';
import { FakeClock, settled } from '../fake-clock';

/** A piece of work that a test ends when it likes. */
interface Running {
  readonly key: string;
  readonly slow: boolean;
  readonly end: (result?: WorkResult) => void;
  readonly fail: (error: Error) => void;
}

const DONE: WorkResult = { kind: 'done' };

class Desk {
  readonly clock = new FakeClock();
  readonly running: Running[] = [];
  readonly started: string[] = [];
  readonly failures: string[] = [];
  /** What a failure asks for. */
  leaveAloneSeconds: number | undefined;
  readonly queue: WorkQueue;

  constructor(concurrency = 2, onStart: (running: Running) => void = () => undefined) {
    this.queue = new WorkQueue({
      work: (key, { slow }) =>
        new Promise((resolve, reject) => {
          const remove = (): void => void this.running.splice(this.running.indexOf(running), 1);
          const end = (result: WorkResult = DONE): void => (remove(), resolve(result));
          const fail = (error: Error): void => (remove(), reject(error));
          const running: Running = { key, slow, end, fail };
          this.running.push(running);
          this.started.push(key);
          onStart(running);
        }),
      failed: (key) => {
        this.failures.push(key);
        return this.leaveAloneSeconds;
      },
      concurrency,
      clock: this.clock,
      random: () => 0.999999,
    });
  }

  get keys(): string[] {
    return this.running.map(({ key }) => key);
  }

  async end(key: string, result?: WorkResult): Promise<void> {
    this.running.find((running) => running.key === key)?.end(result);
    await settled();
  }
}

test('a key that is added twice before its turn is worked on once', () => {
  const desk = new Desk(1);
  for (const key of ['a', 'b', 'b', 'b']) desk.queue.add(key);
  expect(desk.keys).toEqual(['a']);
  expect(desk.queue.depth).toBe(1);
});

test('a key that is added while it is worked on is worked on again, not at the same time', async () => {
  const desk = new Desk();
  desk.queue.add('a');
  desk.queue.add('a');
  expect(desk.keys).toEqual(['a']);
  await desk.end('a');
  expect(desk.started).toEqual(['a', 'a']);
});

test('no more than the allowed number is worked on at the same time', async () => {
  const desk = new Desk(2);
  for (const key of ['a', 'b', 'c']) desk.queue.add(key);
  expect(desk.keys).toEqual(['a', 'b']);
  await desk.end('a');
  expect(desk.keys).toEqual(['b', 'c']);
});

test('what something happened to goes before what is looked at once in a while, even when it waited there already', async () => {
  const desk = new Desk(1);
  desk.queue.add('busy');
  for (const key of ['a', 'b', 'c']) desk.queue.add(key, { routine: true });
  desk.queue.add('new');
  desk.queue.add('c');
  for (let turn = 0; turn < 5; turn++) await desk.end(desk.keys[0] ?? '');
  expect(desk.started).toEqual(['busy', 'new', 'c', 'a', 'b']);
});

test('what must be done slow waits for what is done slow, and keeps no other from its turn', async () => {
  const desk = new Desk(1);
  for (const key of ['a', 'b', 'c']) desk.queue.add(key);
  await desk.end('a', { kind: 'slow' });
  await desk.end('b', { kind: 'slow' });
  expect(desk.running.map(({ key, slow }) => [key, slow])).toEqual([
    ['a', true],
    ['c', false],
  ]);
  await desk.end('a');
  expect(desk.running.map(({ key, slow }) => [key, slow])).toEqual([
    ['c', false],
    ['b', true],
  ]);
});

test('what fails is tried again later and later, and after a success soon again', async () => {
  const desk = new Desk();
  desk.queue.add('a');
  for (const seconds of [1, 2, 4, 8]) {
    desk.running[0]?.fail(new Error('broken'));
    await desk.clock.pass(seconds * 1000 - 100);
    expect(desk.keys).toEqual([]);
    await desk.clock.pass(100);
    expect(desk.keys).toEqual(['a']);
  }
  expect(desk.failures).toEqual(['a', 'a', 'a', 'a']);
  await desk.end('a');
  desk.queue.add('a');
  await desk.end('a', { kind: 'retry' });
  await desk.clock.pass(1000);
  expect(desk.keys).toEqual(['a']);
});

test.each(['a result', 'an exception'])('what asks to be left slow for a time is: by %s', async (how) => {
  const desk = new Desk();
  desk.queue.add('a');
  desk.leaveAloneSeconds = 120;
  if (how === 'a result') await desk.end('a', { kind: 'retry', notBeforeSeconds: 120 });
  else desk.running[0]?.fail(new Error('slowly'));
  await settled();
  await desk.clock.pass(119_000);
  expect(desk.keys).toEqual([]);
  await desk.clock.pass(1000);
  expect(desk.keys).toEqual(['a']);
});

test('what wants another look later gets it, and sooner when something happens', async () => {
  const desk = new Desk();
  desk.queue.add('a');
  await desk.end('a', { kind: 'done', againAfterSeconds: 60 });
  expect(desk.queue.waiting).toBe(1);
  desk.queue.add('a');
  expect(desk.keys).toEqual(['a']);
  await desk.end('a');
  await desk.clock.pass(120_000);
  expect(desk.started).toEqual(['a', 'a']);
});

test('when the reason for waiting is gone, all are tried at once', async () => {
  const desk = new Desk(5);
  for (const key of ['a', 'b', 'c']) desk.queue.add(key);
  for (const key of ['a', 'b', 'c']) await desk.end(key, { kind: 'retry', notBeforeSeconds: 300 });
  desk.queue.retryNow();
  expect(desk.keys).toEqual(['a', 'b', 'c']);
});

test('after the stop nothing is started, and it is over when what runs has ended', async () => {
  const desk = new Desk(1);
  for (const key of ['a', 'b', 'c']) desk.queue.add(key);
  await desk.end('a', { kind: 'retry' });
  let stopped = false;
  void desk.queue.stop().then(() => (stopped = true));
  desk.queue.add('d');
  await desk.clock.pass(600_000);
  expect(stopped).toBe(false);
  await desk.end('b');
  expect(stopped).toBe(true);
  expect(desk.started).toEqual(['a', 'b']);
  expect(desk.clock.pending).toBe(0);
  await desk.queue.stop();
});

type Move =
  | { readonly kind: 'add'; readonly key: string; readonly routine: boolean }
  | { readonly kind: 'end'; readonly nth: number; readonly result: WorkResult }
  | { readonly kind: 'fail'; readonly nth: number }
  | { readonly kind: 'retryNow' }
  | { readonly kind: 'pass'; readonly milliseconds: number };

const result: fc.Arbitrary<WorkResult> = fc.constantFrom<WorkResult>(
  DONE,
  DONE,
  { kind: 'slow' },
  { kind: 'retry' },
  { kind: 'retry', notBeforeSeconds: 10 },
  { kind: 'done', againAfterSeconds: 5 },
);

const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('add' as const), key: fc.constantFrom('a', 'b', 'c', 'd', 'e'), routine: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('end' as const), nth: fc.nat(3), result }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail' as const), nth: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'retryNow' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const), milliseconds: fc.nat(20_000) }) },
);

test('in any sequence of events, no key is processed twice at the same time, and each added key is processed afterwards', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(move, { maxLength: 60 }), fc.integer({ min: 1, max: 3 }), async (moves, concurrency) => {
      const owed = new Set<string>();
      const desk: Desk = new Desk(concurrency, ({ key }) => {
        owed.delete(key);
        expect(desk.keys.filter((other) => other === key)).toHaveLength(1);
        expect(desk.running.filter(({ slow }) => slow).length).toBeLessThanOrEqual(1);
        expect(desk.running.filter(({ slow }) => !slow).length).toBeLessThanOrEqual(concurrency);
      });
      for (const one of moves) {
        if (one.kind === 'add') {
          owed.add(one.key);
          desk.queue.add(one.key, { routine: one.routine });
        } else if (one.kind === 'end') {
          const running = desk.running[one.nth];
          running?.end(running.slow && one.result.kind === 'slow' ? DONE : one.result);
        } else if (one.kind === 'fail') desk.running[one.nth]?.fail(new Error('broken'));
        else if (one.kind === 'retryNow') desk.queue.retryNow();
        else await desk.clock.pass(one.milliseconds);
        await settled();
      }
      for (let turn = 0; turn < 200 && (desk.running.length > 0 || desk.queue.depth + desk.queue.waiting > 0); turn++) {
        for (const running of [...desk.running]) running.end();
        await desk.clock.pass(300_000);
      }
      expect([...owed]).toEqual([]);
      expect([desk.queue.depth, desk.queue.waiting, desk.queue.busy]).toEqual([0, 0, 0]);
    }),
    { seed: Number(process.env['FAST_CHECK_SEED'] ?? 1), numRuns: 300 },
  );
});
