import type { Api, Live } from './api';
import type { Pod } from './pod-status';
import { label } from './postgres-objects';

/** A StatefulSet as its controller leaves it. */
export interface StatefulSet extends Live {
  readonly status?: { readonly observedGeneration?: number; readonly updateRevision?: string };
}

export const isReady = (pod: Pod): boolean =>
  pod.status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;

/** Whether a pod was created from the last revision of its instance's StatefulSet. */
export function isUpdated(pod: Pod, sets: readonly StatefulSet[]): boolean {
  const set = sets.find(({ metadata }) => metadata.name === pod.metadata.labels?.[label('instance')]);
  if (set?.status?.updateRevision === undefined || set.status.observedGeneration !== set.metadata.generation) return true;
  return pod.metadata.labels?.['controller-revision-hash'] === set.status.updateRevision;
}

/** Replaces the pods of an older revision as PGO does: one at a time, while all others are ready, the leader last. */
export async function rollPods(api: Api, pods: readonly Pod[], sets: readonly StatefulSet[]): Promise<void> {
  const instances = pods.filter(({ metadata }) => metadata.labels?.[label('instance')] !== undefined);
  const leads = ({ metadata }: Pod): number => Number(metadata.labels?.[label('role')] === 'master');
  const [next] = instances.filter((pod) => !isUpdated(pod, sets)).sort((one, other) => leads(one) - leads(other));
  if (next === undefined || instances.some((pod) => pod !== next && !isReady(pod))) return;
  await api.delete(`/api/v1/namespaces/${next.metadata.namespace}/pods/${next.metadata.name}`);
}
