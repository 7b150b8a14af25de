import type { FieldPath } from '../fields';
import { durationOf } from './duration';
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
