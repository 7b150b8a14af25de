import { readAgain } from '../objects/live';
import { conditionOf, type LiveObject } from '../objects/live-object';
import { idOf, formatKey, keyOf } from '../../manifests/manifest';
import { isNamespace } from '../../manifests/custom-resource-definition';
import { pollUntil, type Session } from '../session';
import { inShort } from '../cli/terminal/duration';
import { lostOperatorOf, type DeletionContext } from './keep-rules';

export interface DeletionWait {
  readonly stage: string;
  readonly situation: DeletionContext;
  readonly deadline: number;
}

/** Waits until all are gone; tells by id why those that are left are: they take too long, or nobody is left who would let them go. */
export async function waitUntilDeleted(
  session: Session,
  objects: readonly LiveObject[],
  wait: DeletionWait,
): Promise<ReadonlyMap<string, string>> {
  const { cluster, reporter, clock } = session;
  const since = clock.now();
  let left: readonly LiveObject[] = objects;
  const lost = new Map<string, string>();
  const done = await pollUntil(session, wait.deadline, async (round) => {
    const live = await readAgain(cluster, left);
    left = left.flatMap((object) => {
      const now = live.get(idOf(keyOf(object)));
      return now?.metadata.uid === object.metadata.uid ? [now] : [];
    });
    reporter.waiting(left.map((object) => ({ stage: wait.stage, object: formatKey(keyOf(object)), reason: reasonOf(object), since })));
    if (left.length === 0) return true;
    for (const object of round === 0 ? [] : left) {
      const reason = await lostOperatorOf(object, wait.situation);
      if (reason !== undefined) lost.set(idOf(keyOf(object)), reason);
    }
    return lost.size > 0 || undefined;
  });
  reporter.waiting([]);
  const late = (object: LiveObject): string => `is still there after ${inShort(wait.deadline - since)}: ${reasonOf(object)}`;
  return new Map(left.map((object) => [idOf(keyOf(object)), lost.get(idOf(keyOf(object))) ?? (done ? reasonOf(object) : late(object))]));
}

/** What an object that is being deleted waits for. */
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
