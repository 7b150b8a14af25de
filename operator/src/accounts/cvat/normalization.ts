import type { AccountChanges } from '../account';

/**
 * Values as CVAT stores them. The REST framework applies Python's `str.strip()` to every text but passwords, and addresses are compared in lower
 * case. Nothing else is changed: usernames are not NFKC-normalized, and invisible characters such as U+FEFF stay. NUL is refused. JavaScript's
 * `trim()` is another function: it removes U+FEFF, which Python keeps, and keeps U+001C to U+001F and U+0085, which Python removes.
 */
export function normalized<Fields extends AccountChanges>(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([field, value]) => {
      if (typeof value !== 'string') return [field, value];
      return [field, field === 'emailAddress' ? normalizedEmailAddress(value) : strip(value)];
    }),
  ) as Fields;
}

export function normalizedEmailAddress(emailAddress: string): string {
  return strip(emailAddress).toLowerCase();
}

/** Python's `str.strip()`: removes at both ends what `str.isspace()` is true for. */
export function strip(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && WHITESPACE.test(text.charAt(start))) start++;
  while (end > start && WHITESPACE.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

// eslint-disable-next-line no-control-regex -- These control characters are whitespace to Python.
const WHITESPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
