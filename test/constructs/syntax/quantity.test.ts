import fc from 'fast-check';
import { quantity } from '../../../constructs/syntax/quantity';
import { holds, suggestionsOf } from '../../properties';

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
])('a size that is not a quantity is a problem with a suggestion: %s', (value, suggestion) => {
  expect(quantity(value)).toEqual({ message: `"${value}" is not a Kubernetes quantity.`, remedy: suggestion });
});

test.each(['', 'Gi', 'big', '-5Gi', '5 Gi B', '1,5Gi', '5Gi\n', '1K', '5XB'])('%j is no quantity', (value) => {
  expect(quantity(value)?.message).toBe(`"${value}" is not a Kubernetes quantity.`);
});

test('what nobody can guess gets an example instead of a suggestion', () => {
  expect(quantity('big')?.remedy).toBe('Write a number and a unit: "5Gi", "500M".');
});

test.each(['0', '0Gi', '0.0', '.0k'])('%s is a quantity of nothing, which nobody can have meant', (value) => {
  expect(quantity(value)).toEqual({ message: `"${value}" is nothing.`, remedy: 'Ask for more than zero.' });
});

test('nobody is told to write a quantity of nothing', () => {
  expect(suggestionsOf(quantity('0GB'))).toEqual([]);
});

test('whatever is suggested is a quantity itself', () => {
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

test('what is not ASCII is no quantity, and no reason to fail', () => {
  holds(
    fc.property(
      fc.string({ unit: 'binary', minLength: 1 }).filter((text) => /[^ -~]/.test(text)),
      (text) => expect(quantity(text)).toBeDefined(),
    ),
  );
});
