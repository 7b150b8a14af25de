import type { Finding } from '../../manifests/finding';

/** With a space, up to six digits of a second, and the time zone as an offset. pgBackRest stops at any other form, also at those of ISO 8601. */
const FORM = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.\d{1,6})?([+-]\d{2})(?::?(\d{2}))?$/;

const EXAMPLE = '2026-11-20 14:30:00+00';

/**
 * The point in time of a restore. PGO passes it on to pgBackRest, which reads it when the cluster's pods have been deleted already.
 * https://github.com/pgbackrest/pgbackrest/blob/main/src/command/restore/restore.c
 */
export function restoreTime(value: unknown): Finding | undefined {
  const text = String(value);
  if (typeof value === 'string' && isRestoreTime(value)) return undefined;
  const better = text
    .replace(/T(?=\d)/, ' ')
    .replace(/ ?(Z|UTC|GMT)$/, '+00')
    .replace(/ (?=[+-]\d)/, '')
    .replace(/(\.\d{6})\d+/, '$1');
  const remedy = isRestoreTime(better) ? `Did you mean "${better}"?` : `Use pgBackRest's form, such as "${EXAMPLE}".`;
  return { message: `must be a date and time with the offset of its time zone; got "${text}".`, remedy };
}

function isRestoreTime(text: string): boolean {
  const [, date = '', time = '', hours = '', minutes = '00'] = FORM.exec(text) ?? [];
  const parsed = new Date(`${date}T${time}Z`);
  const isDate = !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(`${date}T${time}`) && parsed.getTime() >= 0;
  const offset = Number(hours) * 60 + Math.sign(Number(hours)) * Number(minutes);
  return isDate && offset >= -12 * 60 && offset <= 14 * 60 && Number(minutes) % 15 === 0 && Number(minutes) < 60;
}
