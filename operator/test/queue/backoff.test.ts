import fc from 'fast-check';
import { Backoff } from '../../src/queue/backoff';

test('pauses double from the first to the longest', () => {
  const backoff = new Backoff(1000, 10_000, () => 0.999999);
  expect(Array.from({ length: 6 }, () => Math.round(backoff.next()))).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000]);
  backoff.reset();
  expect(Math.round(backoff.next())).toBe(1000);
});

test('a pause is never shorter than half of what it may be, nor longer, however many failures there were', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 2000 }), (randoms) => {
      let index = 0;
      const backoff = new Backoff(1000, 300_000, () => randoms[index++] ?? 0);
      randoms.forEach((_, failure) => {
        const full = Math.min(300_000, 1000 * 2 ** Math.min(failure, 30));
        const pause = backoff.next();
        expect(pause).toBeGreaterThanOrEqual(full / 2);
        expect(pause).toBeLessThanOrEqual(full);
      });
    }),
    { seed: 1, numRuns: 50 },
  );
});
