import type { LiveObject } from '../objects/live-object';
import { textAt } from './fields';
import { failed, type ReadinessContext, READY, type State, waiting } from './readiness';

const STORAGE_CLASS = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' };
const IS_DEFAULT = 'storageclass.kubernetes.io/is-default-class';
/** The scheduler writes it when there is a pod for the volume, and a node for the pod. */
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

/**
 * Bound, or waiting for a pod that uses it, where that is how its StorageClass works (as k3s' local-path does): the pod may be in a later
 * stage, and to wait for it here would be to wait for ever. https://github.com/helm/helm/issues/10196
 */
export async function persistentVolumeClaim(object: LiveObject, look: ReadinessContext): Promise<State> {
  const phase = textAt(object, 'status', 'phase');
  if (phase === 'Bound') return READY;
  if (phase === 'Lost') return failed('the volume that it was bound to is gone');
  const storageClass = await storageClassOf(object, look);
  const waitsForPod = storageClass?.['volumeBindingMode'] === 'WaitForFirstConsumer' && !textAt(object, 'spec', 'volumeName');
  if (waitsForPod && object.metadata.annotations?.[SELECTED_NODE] === undefined) return READY;
  return waiting(storageClass === undefined ? 'waits for a volume, and there is no StorageClass to make one' : 'waits for its volume');
}

async function storageClassOf(object: LiveObject, look: ReadinessContext): Promise<LiveObject | undefined> {
  const name = textAt(object, 'spec', 'storageClassName');
  // The empty name is a wish for none.
  if (name !== undefined) return name === '' ? undefined : look.get({ ...STORAGE_CLASS, name });
  const all = await look.list(STORAGE_CLASS);
  return all.find(({ metadata }) => metadata.annotations?.[IS_DEFAULT] === 'true');
}
