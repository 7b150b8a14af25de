import fc from 'fast-check';
import { asGoPrints, duration } from '../../../constructs/syntax/duration';
import { holds, suggestionsOf } from '../../properties';

const amount = fc.oneof(
  fc.nat({ max: 100_000 }).map(String),
  fc.tuple(fc.nat({ max: 1000 }), fc.nat({ max: 1000 })).map(([whole, fraction]) => `${whole}.${fraction}`),
);

test.each(['90s', '10m', '1h30m', '1.5h', '1s250ms', '2562047h'])('%s is a duration', (value) => {
  expect(duration(value)).toBeUndefined();
});

test('accepts any sequence of numbers with the units of Go', () => {
  const part = fc.tuple(amount, fc.constantFrom('ms', 's', 'm', 'h')).map((parts) => parts.join(''));
  holds(fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => expect(duration(`1s${parts.join('')}`)).toBeUndefined()));
});

test.each([
  ['10 minutes', 'Did you mean "10m"?'],
  ['90 seconds', 'Did you mean "90s"?'],
  ['2 Hours', 'Did you mean "2h"?'],
  ['1 day', 'Did you mean "24h"?'],
  ['5min', 'Did you mean "5m"?'],
])('refuses %s, with a suggestion', (value, suggestion) => {
  expect(duration(value)).toEqual({ message: `must be a Go duration; got "${value}".`, remedy: suggestion });
});

test.each(['0s', '0h', '999ms', '0.4ms', '2562048h', '99999999h', '9223372037000s'])('refuses %s, which Go or Helm cannot use', (value) => {
  expect(duration(value)).toEqual({ message: `must be from 1s to 2562047h; got "${value}".`, remedy: 'Write a duration such as "15m".' });
});

test.each(['10 ms', '5 msec', '100 milliseconds', '2 months'])('does not suggest minutes for %s', (value) => {
  expect(suggestionsOf(duration(value))).not.toContain(`${Number.parseInt(value)}m`);
});

test.each(['', '10', '10 m', '-5m', '1d', '1h 30m', '10m\n', 'soon', '1w'])('refuses %j', (value) => {
  expect(duration(value)?.message).toBe(`must be a Go duration; got "${value}".`);
});

test('gives an example where it has no suggestion', () => {
  expect(duration('soon')?.remedy).toBe('Write numbers with their units: "90s", "10m", "1h30m".');
});

test('suggests only durations', () => {
  const word = fc.constantFrom('s', 'sec', 'seconds', 'm', 'min', 'Minutes', 'h', 'HOURS', 'd', 'days', 'week');
  holds(
    fc.property(amount, fc.constantFrom('', ' '), word, (...parts) => {
      for (const suggestion of suggestionsOf(duration(parts.join(''))))
        expect([suggestion, duration(suggestion)]).toEqual([suggestion, undefined]);
    }),
  );
});

test.each([
  ['15m', '15m0s'],
  ['90s', '1m30s'],
  ['2h', '2h0m0s'],
  ['1.5h', '1h30m0s'],
  ['1h59m60s', '2h0m0s'],
  ['1500ms', '1.5s'],
  ['1h0.25s', '1h0m0.25s'],
  ['250ms', '250ms'],
  ['0m', '0s'],
])('Go prints %s as %s', (value, printed) => {
  expect(asGoPrints(value)).toBe(printed);
  expect(asGoPrints(printed)).toBe(printed);
});
