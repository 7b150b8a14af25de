import { readAgain } from '../objects/live';
import { conditionOf, type LiveObject } from '../objects/live-object';
import { idOf, formatKey, keyOf } from '../../manifests/manifest';
import { isNamespace } from '../../manifests/custom-resource-definition';
import { pollUntil, type Session } from '../session';
import { formatDuration } from '../cli/duration';
import { missingOperatorOf, type DeletionContext } from './keep-rules';

export interface DeletionWait {
  readonly stage: string;
  readonly context: DeletionContext;
  readonly deadline: number;
}

/** Waits until all objects are deleted. Returns, by id, why others are not: the deadline, or a finalizer whose operator does not exist. */
export async function waitUntilDeleted(
  session: Session,
  objects: readonly LiveObject[],
  wait: DeletionWait,
): Promise<ReadonlyMap<string, string>> {
  const { cluster, reporter, clock } = session;
  const since = clock.now();
  let left: readonly LiveObject[] = objects;
  const stuck = new Map<string, string>();
  const done = await pollUntil(session, wait.deadline, async (round) => {
    const live = await readAgain(cluster, left);
    left = left.flatMap((object) => {
      const now = live.get(idOf(keyOf(object)));
      return now?.metadata.uid === object.metadata.uid ? [now] : [];
    });
    reporter.waiting(left.map((object) => ({ stage: wait.stage, object: formatKey(keyOf(object)), reason: reasonOf(object), since })));
    if (left.length === 0) return true;
    for (const object of round === 0 ? [] : left) {
      const reason = await missingOperatorOf(object, wait.context);
      if (reason !== undefined) stuck.set(idOf(keyOf(object)), reason);
    }
    return stuck.size > 0 || undefined;
  });
  reporter.waiting([]);
  const late = (object: LiveObject): string => `still exists after ${formatDuration(wait.deadline - since)}: ${reasonOf(object)}`;
  return new Map(left.map((object) => [idOf(keyOf(object)), stuck.get(idOf(keyOf(object))) ?? (done ? reasonOf(object) : late(object))]));
}

/** What the deletion of an object waits for. */
function reasonOf(object: LiveObject): string {
  if (isNamespace(object)) {
    const [problem] = ['NamespaceDeletionContentFailure', 'NamespaceFinalizersRemaining', 'NamespaceContentRemaining']
      .map((type) => conditionOf(object, type))
      .filter((condition) => condition?.status === 'True');
    if (problem?.message) return problem.message;
  }
  const { finalizers = [] } = object.metadata;
  return finalizers.length === 0
    ? 'is being deleted'
    : `waits for ${finalizers.length === 1 ? 'its finalizer' : 'its finalizers'} ${finalizers.join(', ')}`;
}
