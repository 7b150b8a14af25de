import fc from 'fast-check';
import { formatDuration, parseDuration } from '../../../cluster/cli/duration';
import { holds } from '../../properties';

describe('parseDuration', () => {
  const units = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

  test('adds up the parts of a duration', () => {
    const parts = fc.uniqueArray(fc.tuple(fc.nat({ max: 1000 }), fc.constantFrom(...(Object.keys(units) as (keyof typeof units)[]))), {
      minLength: 1,
      selector: ([, unit]) => unit,
    });
    holds(
      fc.property(parts, (all) => {
        const sum = all.reduce((total, [number, unit]) => total + number * units[unit], 0);
        expect(parseDuration(all.map(([number, unit]) => `${number}${unit}`).join(''))).toBe(sum === 0 ? undefined : sum);
      }),
    );
  });

  test('accepts fractions', () => {
    expect([parseDuration('1.5h'), parseDuration('0.5s')]).toEqual([5_400_000, 500]);
  });

  test.each(['', '10', 'm', '-5m', '10 m', '5d', '1h30', 'five minutes', '.5h', '10M'])('refuses "%s"', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

test.each([
  [-1, '0s'],
  [999, '0s'],
  [59_999, '59s'],
  [65_000, '1m05s'],
  [3_600_000, '1h00m'],
  [90_000_000, '25h00m'],
])('formatDuration(%d) is %s', (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});
