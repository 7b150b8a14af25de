import { listOf, valueAt } from '../../manifests/fields';
import { conditionOf, type LiveObject } from '../objects/live-object';
import { saying, sentence } from './conditions';
import { countAt, textAt } from './fields';

/** What every pod goes through. */
const ON_ITS_WAY = ['ContainerCreating', 'PodInitializing'];

/** Why a pod does not get on, to follow its name in a sentence: `cannot be scheduled: 0/1 nodes are available`. */
export function podTrouble(pod: LiveObject): string | undefined {
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status === 'False') return `cannot be scheduled: ${saying(scheduled)}`;
  const containers = ['initContainerStatuses', 'containerStatuses'].flatMap((field) => listOf(valueAt(pod, 'status', field)));
  return containers.map(containerTrouble).find((trouble) => trouble !== undefined);
}

function containerTrouble(container: unknown): string | undefined {
  const ended = [valueAt(container, 'state', 'terminated'), valueAt(container, 'lastState', 'terminated')];
  const failure = ended.find((end) => countAt(end, 'exitCode') !== 0);
  if (failure !== undefined) {
    const times = Math.max(countAt(container, 'restartCount'), 1);
    return `has failed ${times === 1 ? 'once' : `${times} times`}: ${lastWords(failure)}`;
  }
  const reason = textAt(container, 'state', 'waiting', 'reason');
  if (reason === undefined || ON_ITS_WAY.includes(reason)) return undefined;
  const message = sentence(valueAt(container, 'state', 'waiting', 'message'));
  return `cannot start: ${message === undefined ? reason : `${reason}: ${message}`}`;
}

/** Programs say why they end at the end. */
function lastWords(failure: unknown): string {
  const words = textAt(failure, 'message')?.trim().split('\n').at(-1);
  return sentence(words) ?? `${textAt(failure, 'reason') ?? 'Error'} (exit code ${countAt(failure, 'exitCode')})`;
}
