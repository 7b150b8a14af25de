import fc from 'fast-check';
import { normalized, strip } from '../../src/accounts/cvat/normalization';
import { bodyOf, accountOf } from '../../src/accounts/cvat/user';
import { anyText } from '../../../test/properties';
import { pythonStrip } from '../stand-in/fields';

/** Texts with many characters that some function takes for whitespace, and with format characters, accents and surrogate pairs. */
const special = fc.constantFrom(
  ...' \t\n\v\f\r\u001c\u001d\u001e\u001f\u0085\u00a0\u1680\u180e\u2000\u200a\u200b\u200d\u200e\u2028\u2029\u202f\u205f\u2060\u3000\ufeffİßſ',
  'e\u0301',
);
const text = fc.array(fc.oneof(special, anyText({ minLength: 1, maxLength: 2 })), { maxLength: 8 }).map((parts) => parts.join(''));

test('an account that CVAT stored from a spec compares equal to that spec, for every Unicode text', () => {
  fc.assert(
    fc.property(text, text, text, (username, firstName, lastName) => {
      const spec = normalized({ username, firstName, lastName, emailAddress: ' Jane.Doe@Example.COM\u0085', active: true });
      const body = bodyOf({ username, firstName, lastName, emailAddress: ' Jane.Doe@Example.COM\u0085', active: true });
      // What CVAT does to the texts of a request.
      const stored = Object.fromEntries(
        Object.entries(body).map(([key, value]) => [key, typeof value === 'string' ? pythonStrip(value) : value]),
      );
      expect(accountOf({ id: 1, is_staff: false, is_superuser: false, groups: ['user'], ...stored })).toEqual({
        ...spec,
        id: 1,
        privileged: false,
      });
      expect(normalized(spec)).toEqual(spec);
    }),
    { numRuns: 2000 },
  );
});

/** What CPython 3.11 strips, by trying every character. */
const PYTHON_WHITESPACE = [
  ...[0x9, 0xa, 0xb, 0xc, 0xd, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005],
  ...[0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000],
];

test('strips the characters that Python strips, and no other one', () => {
  // The others are surrogates in JavaScript, and no whitespace in Python.
  const codes = Array.from({ length: 0x10000 }, (_, code) => code);
  const stripped = (strip: (text: string) => string) => codes.filter((code) => strip(String.fromCharCode(code)) === '');
  expect(stripped(strip)).toEqual(PYTHON_WHITESPACE);
  expect(stripped(pythonStrip)).toEqual(PYTHON_WHITESPACE);
});

test.each([
  ['\ufeffJane\ufeff', '\ufeffJane\ufeff'],
  ['\u001c\u0085 Jane\u001f', 'Jane'],
  ['\u200bJane\u200b', '\u200bJane\u200b'],
  [' \t\u3000', ''],
])('strips %j as Python does', (given, expected) => {
  expect(strip(given)).toBe(expected);
});
