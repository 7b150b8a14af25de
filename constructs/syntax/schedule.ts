import type { Finding } from '../../manifests/finding';

const MACROS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

/** The fields of a schedule, their bounds, and the words for their numbers. */
const FIELDS = [
  { name: 'minute', from: 0, to: 59, words: [] as string[] },
  { name: 'hour', from: 0, to: 23, words: [] },
  { name: 'day of the month', from: 1, to: 31, words: [] },
  { name: 'month', from: 1, to: 12, words: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  { name: 'day of the week', from: 0, to: 6, words: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];

/** A CronJob's schedule in UTC: `0 1 * * 0` is Sunday at 01:00. PGO's schema does not validate it. */
export function schedule(value: string): Finding | undefined {
  if (MACROS.includes(value)) return undefined;
  const fields = value.trim().split(/\s+/);
  const remedy = 'Write minute, hour, day of the month, month and day of the week: "0 1 * * 0" is Sunday at 01:00 UTC.';
  if (fields.length !== FIELDS.length) return { message: `must be a CronJob schedule of five fields; got "${value}".`, remedy };
  const wrong = FIELDS.filter((field, index) => !isField(fields[index] ?? '', field));
  if (wrong.length === 0) return undefined;
  return { message: `must be a CronJob schedule with a valid ${wrong.map((field) => field.name).join(' and ')}; got "${value}".`, remedy };
}

function isField(text: string, { from, to, words }: (typeof FIELDS)[number]): boolean {
  const number = (word: string): number =>
    words.includes(word.toLowerCase()) ? words.indexOf(word.toLowerCase()) + from : /^[0-9]+$/.test(word) ? Number(word) : NaN;
  return text.split(',').every((part) => {
    const [, range = '', step] = /^([^/]+)(?:\/([1-9][0-9]*))?$/.exec(part) ?? [];
    if (range === '*' || range === '?') return true;
    const [first = '', last = first, ...more] = range.split('-');
    const [low, high] = [number(first), number(last)];
    return range !== '' && more.length === 0 && from <= low && low <= high && high <= to && (step === undefined || Number(step) <= to + 1);
  });
}
