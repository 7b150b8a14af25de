import type { LiveObject } from '../objects/live-object';
import { notObserved } from './conditions';
import { countAt, numberAt, textAt } from './fields';
import { READY, type State } from './readiness';
import { rolledOut } from './rollout';

/** By the replica counts, as `kubectl rollout status`. */
export function statefulSet(object: LiveObject): State {
  const { spec, status } = object;
  const wanted = numberAt(spec, 'replicas') ?? 1;
  const ready = countAt(status, 'readyReplicas');
  return (
    notObserved(object, { always: true }) ?? rolledOut({ noun: 'replicas', wanted, ready, updated: updatedOf(object, wanted) }) ?? READY
  );
}

/** How many need no update. */
function updatedOf({ spec, status }: LiveObject, wanted: number): number {
  // Another controller or a person replaces the pods (PGO does), or leaves them as they are.
  if (textAt(spec, 'updateStrategy', 'type') === 'OnDelete') return wanted;
  // When all are of the last revision, that becomes the current one, and the controller no longer counts them as updated.
  const current = textAt(status, 'currentRevision');
  if (current !== undefined && current === textAt(status, 'updateRevision')) return wanted;
  // Pods below the partition stay at their old revision on purpose.
  return countAt(status, 'updatedReplicas') + countAt(spec, 'updateStrategy', 'rollingUpdate', 'partition');
}
