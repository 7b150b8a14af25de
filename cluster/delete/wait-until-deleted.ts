import { readAgain } from '../objects/live';
import type { LiveObject } from '../objects/live-object';
import { idOf, formatKey, keyOf } from '../../manifests/manifest';
import { operatorsOf } from '../../manifests/custom-resource-definition';
import type { Cluster } from '../api/cluster';
import { deletionReason } from './deletion-reason';
import { pollUntil, type Session } from '../session';
import { formatDuration } from '../cli/duration';
import type { DeletionContext } from './deletion-context';
import { missingOperatorOf } from './keep-rules';

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
  let reasons: ReadonlyMap<string, string> = new Map();
  const reasonOf = (object: LiveObject): string => reasons.get(idOf(keyOf(object))) ?? 'is being deleted';
  const done = await pollUntil(session, wait.deadline, async (round) => {
    const live = await readAgain(cluster, left);
    left = left.flatMap((object) => {
      const now = live.get(idOf(keyOf(object)));
      return now?.metadata.uid === object.metadata.uid ? [now] : [];
    });
    reasons = await reasonsOf(session.cluster, left, wait.context);
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

async function reasonsOf(cluster: Cluster, objects: readonly LiveObject[], context: DeletionContext): Promise<ReadonlyMap<string, string>> {
  const operators = context.operators.map(({ manifest }) => manifest);
  return new Map(
    await Promise.all(
      objects.map(async (object) => [idOf(keyOf(object)), await deletionReason(cluster, object, operatorsOf(object, operators))] as const),
    ),
  );
}
