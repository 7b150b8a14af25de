import { listOf, valueAt } from '../../manifests/fields';
import { conditionOf, type LiveObject } from '../objects/live-object';
import { describeCondition, firstSentence } from './conditions';
import { countAt, textAt } from './fields';

/** Waiting reasons of every pod that starts. */
const STARTING = ['ContainerCreating', 'PodInitializing'];

/** Why a pod does not become ready, to follow its name in a sentence: `cannot be scheduled: 0/1 nodes are available`. */
export function podProblem(pod: LiveObject): string | undefined {
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status === 'False') return `cannot be scheduled: ${describeCondition(scheduled)}`;
  const containers = ['initContainerStatuses', 'containerStatuses'].flatMap((field) => listOf(valueAt(pod, 'status', field)));
  return containers.map(containerProblem).find((trouble) => trouble !== undefined);
}

function containerProblem(container: unknown): string | undefined {
  const ended = [valueAt(container, 'state', 'terminated'), valueAt(container, 'lastState', 'terminated')];
  const failure = ended.find((end) => countAt(end, 'exitCode') !== 0);
  if (failure !== undefined) {
    const times = Math.max(countAt(container, 'restartCount'), 1);
    return `failed ${times === 1 ? 'once' : `${times} times`}: ${terminationMessage(failure)}`;
  }
  const reason = textAt(container, 'state', 'waiting', 'reason');
  if (reason === undefined || STARTING.includes(reason)) return undefined;
  const message = firstSentence(valueAt(container, 'state', 'waiting', 'message'));
  return `cannot start: ${message === undefined ? reason : `${reason}: ${message}`}`;
}

/** Programs write why they exit in their last line. */
function terminationMessage(failure: unknown): string {
  const words = textAt(failure, 'message')?.trim().split('\n').at(-1);
  return firstSentence(words) ?? `${textAt(failure, 'reason') ?? 'Error'} (exit code ${countAt(failure, 'exitCode')})`;
}
