import type { FieldPath } from '../fields';
import { quantityOf } from './quantity';

/** Fields that are quantities, or maps of them. */
const QUANTITIES = new Set(['cpu', 'memory', 'storage', 'ephemeral-storage', 'sizeLimit', 'size', 'divisor', 'max_size']);
const MAPS_OF_QUANTITIES = new Set(['requests', 'limits', 'capacity', 'hard', 'allocatable', 'min', 'max', 'defaultRequest', 'overhead']);

/** Fields that are durations of Go. */
const DURATIONS = /(?:interval|timeout|duration|period|ttl|delay|backoff)$/i;

/** Whether two different values of a field mean the same: `1Gi` and `1024Mi`, `60s` and `1m`. */
export function isSameValue(before: unknown, after: unknown, path: FieldPath): boolean {
  if (isQuantity(path)) {
    const [old, next] = [quantityOf(before), quantityOf(after)];
    if (old !== undefined) return old === next;
  }
  const [old, next] = [durationOf(before), durationOf(after)];
  return old !== undefined && old === next && DURATIONS.test(String(path.at(-1)));
}

function isQuantity(path: FieldPath): boolean {
  return QUANTITIES.has(String(path.at(-1))) || MAPS_OF_QUANTITIES.has(String(path.at(-2)));
}

const UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 6e10, h: 3.6e12 };

const DURATION = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/;

/** A duration of Go in nanoseconds: `90s` and `1m30s` are equal. Undefined when it is not a duration. */
function durationOf(value: unknown): number | undefined {
  if (typeof value !== 'string' || !DURATION.test(value)) return undefined;
  return [...value.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)].reduce(
    (total, [, number, unit = '']) => total + Number(number) * (UNITS[unit] ?? 0),
    0,
  );
}
