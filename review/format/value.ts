import { structuredPatch } from 'diff';
import type { FieldChange } from '../../manifests/difference/field-change';
import { formatChangePath } from '../../manifests/difference/field-change';
import { code, type Part } from './line';

/** Longer values are cut: what matters of them is where they differ. */
const LONGEST = 120;
/** What is shown of a long text before the first difference. */
const CONTEXT = 20;
const MOST_LINES = 6;

/** A change of a field as the parts of a line: `spec.replicas`: `1` -> `2`. */
export function changeParts({ path, before, after }: FieldChange): Part[] {
  const field = code(formatChangePath(path));
  if (before === undefined) return [field, ' added: ', code(shortened(textOf(after)))];
  if (after === undefined) return [field, ' removed: ', code(shortened(textOf(before)))];
  if (typeof before === 'string' && typeof after === 'string' && (before.includes('\n') || after.includes('\n')))
    return [field, ': ', ...changedLines(before, after)];
  const [old, next] = differing(textOf(before), textOf(after));
  return [field, ': ', code(old), ' -> ', code(next)];
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value === '' ? '""' : value;
  return JSON.stringify(value) ?? 'null';
}

function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}

/** Of two long texts the part that differs, with a little before and after it. */
function differing(before: string, after: string): [string, string] {
  if (before.length <= LONGEST && after.length <= LONGEST) return [before, after];
  const shorter = Math.min(before.length, after.length);
  let first = 0;
  while (first < shorter && before[first] === after[first]) first++;
  let last = 0;
  while (last < shorter - first && before.at(-1 - last) === after.at(-1 - last)) last++;
  const start = Math.max(0, first - CONTEXT);
  const end = Math.max(0, last - CONTEXT);
  const part = (text: string): string => shortened(`${start > 0 ? '…' : ''}${text.slice(start, text.length - end)}${end > 0 ? '…' : ''}`);
  return [part(before), part(after)];
}

/** Of a text of several lines, those that differ. */
function changedLines(before: string, after: string): Part[] {
  const patch = structuredPatch('', '', `${before}\n`, `${after}\n`, '', '', { context: 0, maxEditLength: 500 });
  const lines = (patch?.hunks ?? []).flatMap(({ lines: all }) => all).filter((text) => /^[+-]/.test(text));
  const [removed, added] = ['-', '+'].map((sign) => lines.filter((text) => text.startsWith(sign)).length);
  if (lines.length === 0) return ['text with other lines'];
  const shown = lines.slice(0, MOST_LINES).flatMap((text): Part[] => [' ', code(shortened(text))]);
  const more = lines.length > MOST_LINES ? [` and ${lines.length - MOST_LINES} more`] : [];
  return [`lines -${removed} +${added}:`, ...shown, ...more];
}
