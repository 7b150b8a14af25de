import type { LiveObject } from '../objects/live-object';
import { textAt } from './fields';
import { failed, type ReadinessContext, READY, type State, waiting } from './readiness';

const STORAGE_CLASS = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' };
const IS_DEFAULT = 'storageclass.kubernetes.io/is-default-class';
/** The scheduler sets it when a pod uses the claim and a node is chosen for the pod. */
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

/**
 * Ready when it is bound, or waits for its first consumer where its StorageClass has volumeBindingMode WaitForFirstConsumer, as k3s'
 * local-path: the pod may be in a later stage, so that waiting for it here would never end. https://github.com/helm/helm/issues/10196
 */
export async function persistentVolumeClaim(object: LiveObject, context: ReadinessContext): Promise<State> {
  const phase = textAt(object, 'status', 'phase');
  if (phase === 'Bound') return READY;
  if (phase === 'Lost') return failed('its PersistentVolume no longer exists');
  const storageClass = await storageClassOf(object, context);
  const waitsForPod = storageClass?.['volumeBindingMode'] === 'WaitForFirstConsumer' && !textAt(object, 'spec', 'volumeName');
  if (waitsForPod && object.metadata.annotations?.[SELECTED_NODE] === undefined) return READY;
  return waiting(storageClass === undefined ? 'waits for a volume; its StorageClass is not found' : 'waits for its volume');
}

async function storageClassOf(object: LiveObject, context: ReadinessContext): Promise<LiveObject | undefined> {
  const name = textAt(object, 'spec', 'storageClassName');
  // The empty name disables dynamic provisioning.
  if (name !== undefined) return name === '' ? undefined : context.get({ ...STORAGE_CLASS, name });
  const all = await context.list(STORAGE_CLASS);
  return all.find(({ metadata }) => metadata.annotations?.[IS_DEFAULT] === 'true');
}
