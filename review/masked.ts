import type { FieldChange } from '../manifests/difference/field-change';
import { isMap } from '../manifests/fields';

const HIDDEN = '(hidden)';
const OTHER = '(hidden, another value)';

/** Keys of values that can be secret, wherever they are: in a chart's values, for example. */
const SECRET_KEY = /password|passwd|secret-?key|access-?key|private-?key|token$|credential/i;
/** kubectl keeps the whole manifest in it. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** A change as it may be shown: no values of Secrets, nor of fields that are called like one. */
export function maskedChange(change: FieldChange, kind: string): FieldChange {
  const { path, before, after } = change;
  const isSecret = kind === 'Secret' && ['data', 'stringData'].includes(String(path[0]));
  const mask = (value: unknown, hidden: string): unknown =>
    hide(value, isSecret || path.includes(LAST_APPLIED), String(path.at(-1)), hidden);
  return { ...change, before: mask(before, HIDDEN), after: mask(after, before === undefined ? HIDDEN : OTHER) };
}

function hide(value: unknown, isSecret: boolean, key: string, hidden: string): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => hide(item, isSecret, key, hidden));
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, hide(inner, isSecret, name, hidden)]));
  return typeof value === 'string' && (isSecret || SECRET_KEY.test(key)) ? hidden : value;
}
