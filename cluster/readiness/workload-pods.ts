import { isMap, valueAt } from '../../manifests/fields';
import { ApiError } from '../api/api-error';
import { conditionOf, type LiveObject } from '../objects/live-object';
import { podProblem } from './pod-problem';
import type { ReadinessContext, State } from './readiness';

/**
 * A state with the problem of a pod of the workload, if it has one: the counts of a Deployment or Job do not say why a pod does not start.
 * Without the right to list pods the state is unchanged.
 */
export async function withPodProblem(state: State, workload: LiveObject, context: ReadinessContext): Promise<State> {
  const selector = valueAt(workload['spec'], 'selector', 'matchLabels');
  const { namespace } = workload.metadata;
  if (state.state !== 'waiting' || !isMap(selector) || namespace === undefined) return state;
  const labels = Object.entries(selector).map(([name, value]) => `${name}=${String(value)}`);
  if (labels.length === 0) return state;
  for (const pod of await podsOf(context, namespace, labels.join(','))) {
    const problem = isDone(pod) || isOfAnotherKind(pod, workload) ? undefined : podProblem(pod);
    if (problem !== undefined) return { ...state, reason: `${state.reason}: Pod ${pod.metadata.name} ${problem}` };
  }
  return state;
}

async function podsOf(context: ReadinessContext, namespace: string, labels: string): Promise<readonly LiveObject[]> {
  try {
    return await context.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace, labels });
  } catch (error) {
    if (error instanceof ApiError) return [];
    throw error;
  }
}

/** Two workloads of different kinds may select the same labels: each counts only the pods that it controls. */
function isOfAnotherKind({ metadata }: LiveObject, { kind }: LiveObject): boolean {
  const controller = kind === 'Deployment' ? 'ReplicaSet' : kind;
  const owners = metadata.ownerReferences ?? [];
  return owners.length > 0 && !owners.some((owner) => owner.kind === controller);
}

const isDone = (pod: LiveObject): boolean =>
  pod.metadata.deletionTimestamp !== undefined ||
  conditionOf(pod, 'Ready')?.status === 'True' ||
  valueAt(pod, 'status', 'phase') === 'Succeeded';
