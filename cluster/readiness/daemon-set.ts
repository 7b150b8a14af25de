import type { LiveObject } from '../objects/live-object';
import { unobserved } from './conditions';
import { countAt, textAt } from './fields';
import { READY, type State } from './readiness';
import { rolledOut } from './rollout';

/** A pod on every node that should have one. */
export function daemonSet(object: LiveObject): State {
  const { spec, status } = object;
  const wanted = countAt(status, 'desiredNumberScheduled');
  const updated = textAt(spec, 'updateStrategy', 'type') === 'OnDelete' ? wanted : countAt(status, 'updatedNumberScheduled');
  return unobserved(object, 'never') ?? rolledOut({ noun: 'pods', wanted, ready: countAt(status, 'numberAvailable'), updated }) ?? READY;
}
