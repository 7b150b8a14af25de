import { inShort } from '../../../../cluster/cli/terminal/duration';

test.each([
  [-1, '0s'],
  [999, '0s'],
  [59_999, '59s'],
  [65_000, '1m05s'],
  [3_600_000, '1h00m'],
  [90_000_000, '25h00m'],
])('%d ms are %s', (milliseconds, text) => {
  expect(inShort(milliseconds)).toBe(text);
});
