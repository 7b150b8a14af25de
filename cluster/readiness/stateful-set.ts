import type { LiveObject } from '../objects/live-object';
import { unobserved } from './conditions';
import { countAt, numberAt, textAt } from './fields';
import { READY, type State } from './readiness';
import { rolledOut } from './rollout';

/** By the numbers, as `kubectl rollout status` goes by them. */
export function statefulSet(object: LiveObject): State {
  const { spec, status } = object;
  const wanted = numberAt(spec, 'replicas') ?? 1;
  const ready = countAt(status, 'readyReplicas');
  return unobserved(object, 'never') ?? rolledOut({ noun: 'replicas', wanted, ready, updated: updatedOf(object, wanted) }) ?? READY;
}

/** How many need no update any more. */
function updatedOf({ spec, status }: LiveObject, wanted: number): number {
  // Somebody else (PGO) replaces the pods, and may leave them as they are.
  if (textAt(spec, 'updateStrategy', 'type') === 'OnDelete') return wanted;
  // Once all are of the last revision, it becomes the current one, and the controller counts them as such.
  const current = textAt(status, 'currentRevision');
  if (current !== undefined && current === textAt(status, 'updateRevision')) return wanted;
  // The first ones, up to the partition, stay at their old revision on purpose.
  return countAt(status, 'updatedReplicas') + countAt(spec, 'updateStrategy', 'rollingUpdate', 'partition');
}
