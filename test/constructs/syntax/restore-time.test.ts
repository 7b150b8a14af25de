import fc from 'fast-check';
import { restoreTime } from '../../../constructs/syntax/restore-time';
import { holds } from '../../properties';

/** As pgBackRest reads a target: command/restore/restore.c, getEpoch. */
const PGBACKREST = /^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}((,|\.)[0-9]{1,6})?((\+|-)[0-9]{2}(:?)([0-9]{2})?)?$/;

test.each([
  '2026-11-20 14:30:00+00',
  '2026-11-20 14:30:00.123+02:00',
  '2026-11-20 14:30:00-0500',
  '2026-11-20 14:30:00+0530',
  '2024-02-29 23:59:59+14',
  '2026-11-20 14:30:00-12:00',
])('accepts %s', (at) => {
  expect(restoreTime(at)).toBeUndefined();
});

test.each<[unknown, string]>([
  ['2026-11-20T14:30:00Z', 'Did you mean "2026-11-20 14:30:00+00"?'],
  ['2026-11-20 14:30:00Z', 'Did you mean "2026-11-20 14:30:00+00"?'],
  ['2026-11-20 14:30:00 UTC', 'Did you mean "2026-11-20 14:30:00+00"?'],
  ['2026-11-20 14:30:00 +0530', 'Did you mean "2026-11-20 14:30:00+0530"?'],
  ['2026-11-20T14:30:00.123456789+02:00', 'Did you mean "2026-11-20 14:30:00.123456+02:00"?'],
  ...[
    'yesterday',
    '',
    '2026-11-20',
    '2026-11-20 14:30:00',
    '2026-11-20 14:30:00 CET',
    '2026-11-20 14:30:00 Europe/Brussels',
    '2026-13-20 14:30:00+00',
    '2026-02-31 14:30:00+00',
    '2026-11-20 24:00:00+00',
    '2026-11-20 14:30:60+00',
    '2026-11-20 14:30:00+15',
    '2026-11-20 14:30:00-13',
    '2026-11-20 14:30:00+05:40',
    '1969-12-31 14:30:00+00',
    '20.11.2026 14:30:00+00',
    '2026-11-20 14:30:00+00" --delta',
    20261120,
    null,
  ].map((at): [unknown, string] => [at, `Use pgBackRest's form, such as "2026-11-20 14:30:00+00".`]),
])('refuses %s', (at, remedy) => {
  const message = `must be a date and time with the offset of its time zone; got "${String(at)}".`;
  expect(restoreTime(at)).toEqual({ message, remedy });
});

test('accepts nothing that pgBackRest refuses', () => {
  const digits = fc.stringMatching(
    /^(20[0-9]{2})-(0[0-9]|1[0-9])-[0-3][0-9][ T][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{0,7})? ?(Z|[+-][01][0-9](:?[0-6][0-9])?)?$/,
  );
  holds(fc.property(digits, (text) => restoreTime(text) !== undefined || PGBACKREST.test(text)));
});
