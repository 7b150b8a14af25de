import fc from 'fast-check';
import { quantity } from '../../../constructs/syntax/quantity';
import { anyText, holds, suggestionsOf } from '../../properties';

const digits = fc.nat({ max: 999_999 }).map(String);
const number = fc.oneof(
  digits,
  fc.tuple(digits, digits).map(([whole, fraction]) => `${whole}.${fraction}`),
  digits.map((whole) => `${whole}.`),
  digits.map((fraction) => `.${fraction}`),
);
const suffix = fc.constantFrom(
  '',
  'n',
  'u',
  'm',
  'k',
  'M',
  'G',
  'T',
  'P',
  'E',
  'Ki',
  'Mi',
  'Gi',
  'Ti',
  'Pi',
  'Ei',
  'e3',
  'E3',
  'e+3',
  'E-3',
);

test.each(['5Gi', '500M', '1', '0.5', '1.5Ti', '100m', '1e3', '.5Gi'])('%s is a quantity', (value) => {
  expect(quantity(value)).toBeUndefined();
});

test('every amount above zero that Kubernetes can read is a quantity', () => {
  const real = fc.tuple(number, suffix).filter(([amount]) => Number(amount) > 0);
  holds(fc.property(real, ([amount, unit]) => expect(quantity(`${amount}${unit}`)).toBeUndefined()));
});

test.each([
  ['1GB', 'Did you mean "1G" or "1Gi"?'],
  ['5gb', 'Did you mean "5G" or "5Gi"?'],
  ['500 MB', 'Did you mean "500M" or "500Mi"?'],
  ['64 KiB', 'Did you mean "64k" or "64Ki"?'],
  ['10 G', 'Did you mean "10G" or "10Gi"?'],
])('refuses %s, with a suggestion', (value, suggestion) => {
  expect(quantity(value)).toEqual({ message: `must be a Kubernetes quantity; got "${value}".`, remedy: suggestion });
});

test.each(['', 'Gi', 'big', '-5Gi', '5 Gi B', '1,5Gi', '5Gi\n', '1K', '5XB'])('refuses %j', (value) => {
  expect(quantity(value)?.message).toBe(`must be a Kubernetes quantity; got "${value}".`);
});

test('gives an example where it has no suggestion', () => {
  expect(quantity('big')?.remedy).toBe('Write a number and a unit: "5Gi", "500M".');
});

test.each(['0', '0Gi', '0.0', '.0k'])('refuses %s, which is not more than 0', (value) => {
  expect(quantity(value)).toEqual({ message: `must be greater than 0; got "${value}".`, remedy: 'Set an amount such as "5Gi".' });
});

test('does not suggest 0', () => {
  expect(suggestionsOf(quantity('0GB'))).toEqual([]);
});

test('suggests only quantities', () => {
  const almost = fc.tuple(
    number,
    fc.constantFrom('', ' ', '  '),
    fc.constantFrom(...'kmgtpeKMGTPE'),
    fc.constantFrom('', 'i', 'b', 'B', 'iB', 'bytes'),
  );
  holds(
    fc.property(almost, (parts) => {
      for (const suggestion of suggestionsOf(quantity(parts.join(''))))
        expect([suggestion, quantity(suggestion)]).toEqual([suggestion, undefined]);
    }),
  );
});

test('refuses what is not ASCII', () => {
  holds(
    fc.property(
      anyText({ minLength: 1 }).filter((text) => /[^ -~]/.test(text)),
      (text) => expect(quantity(text)).toBeDefined(),
    ),
  );
});
