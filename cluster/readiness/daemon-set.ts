import type { LiveObject } from '../objects/live-object';
import { notObserved } from './conditions';
import { countAt, textAt } from './fields';
import { READY, type State } from './readiness';
import { rolledOut } from './rollout';

/** Ready when every node that should have a pod has an available one of the last revision. */
export function daemonSet(object: LiveObject): State {
  const { spec, status } = object;
  const wanted = countAt(status, 'desiredNumberScheduled');
  const updated = textAt(spec, 'updateStrategy', 'type') === 'OnDelete' ? wanted : countAt(status, 'updatedNumberScheduled');
  return (
    notObserved(object, { always: true }) ??
    rolledOut({ noun: 'pods', wanted, ready: countAt(status, 'numberAvailable'), updated }) ??
    READY
  );
}
