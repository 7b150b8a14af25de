import fc from 'fast-check';
import { schedule } from '../../../constructs/syntax/schedule';
import { holds } from '../../properties';

/** A field of a schedule: any, one, a range, with a step, or several of these. */
function field(from: number, to: number, words: readonly string[] = []): fc.Arbitrary<string> {
  const number = fc.integer({ min: from, max: to });
  const range = fc.tuple(number, number).map(([one, other]) => `${Math.min(one, other)}-${Math.max(one, other)}`);
  const one = fc.oneof(number.map(String), ...(words.length > 0 ? [fc.constantFrom(...words)] : []));
  const step = fc.integer({ min: 1, max: to }).map((every) => `/${every}`);
  const part = fc.tuple(fc.oneof(fc.constantFrom('*', '?'), one, range), fc.oneof(fc.constant(''), step)).map((parts) => parts.join(''));
  return fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(','));
}

const fields = [field(0, 59), field(0, 23), field(1, 31), field(1, 12, ['jan', 'DEC', 'Jun']), field(0, 6, ['sun', 'SAT', 'Wed'])] as const;

test.each(['0 1 * * 0', '*/15 * * * *', '0 1 * * 1-6', '30 2 1,15 * *', '0 0 * jan-mar mon', '0 9-17/2 * * MON-FRI', '@daily', '@weekly'])(
  '%s is a schedule',
  (value) => {
    expect(schedule(value)).toBeUndefined();
  },
);

test('every schedule that a CronJob can read is one', () => {
  holds(fc.property(fc.tuple(...fields), (parts) => expect(schedule(parts.join(' '))).toBeUndefined()));
});

test.each([
  ['60 * * * *', 'minute'],
  ['0 24 * * *', 'hour'],
  ['0 0 0 * *', 'day of the month'],
  ['0 0 * 13 *', 'month'],
  ['0 0 * * 7', 'day of the week'],
  ['0 0 * * funday', 'day of the week'],
  ['0 99 * 13 *', 'hour and month'],
])('refuses %s, and names the field that is out of bounds', (value, where) => {
  expect(schedule(value)).toEqual({
    message: `must be a CronJob schedule with a valid ${where}; got "${value}".`,
    remedy: 'Write minute, hour, day of the month, month and day of the week: "0 1 * * 0" is Sunday at 01:00 UTC.',
  });
});

test.each(['', 'daily', '0 1 * *', '0 0 1 * * 0', '@sometimes', 'Sunday at one'])('refuses %j', (value) => {
  expect(schedule(value)?.message).toBe(`must be a CronJob schedule of five fields; got "${value}".`);
});

test.each(['1.5', '0x10', '1e1', '-5', '5-', '5-3', '*/0', '1-2-3', '*/5/2', '1,,2', '', '*-5', '+5'])('refuses the hour %j', (hour) => {
  expect(schedule(`0 ${hour || ','} * * *`)?.message).toContain('with a valid hour');
});

test('refuses every number outside of its field', () => {
  const beyond = fc.constantFrom([0, 59], [1, 23], [2, 31], [3, 12], [4, 6]);
  holds(
    fc.property(beyond, fc.integer({ min: 1 }), ([index = 0, highest = 0], more) => {
      const parts = ['0', '0', '1', '1', '0'].map((part, place) => (place === index ? String(highest + more) : part));
      expect(schedule(parts.join(' '))).toBeDefined();
    }),
  );
});
