import { type Manifest, groupKindOf, formatKey, type Kind, keyOf } from '../../manifests/manifest';
import { contractOf } from '../../manifests/contract';
import { crdOf, crdsMadeBy } from '../../manifests/custom-resource-definition';
import { pollUntil, type Session } from '../session';

export interface ServedWait {
  readonly stage: string;
  /** All objects of the environment: one of them may bring the kind. */
  readonly manifests: readonly Manifest[];
  readonly deadline: number;
}

/** A kind that the cluster does not serve, and what to do about it. */
export interface Unserved {
  readonly kind: Kind;
  /** Waiting when somebody brings it who has not done so yet. */
  readonly state: 'waiting' | 'failed';
  readonly reason: string;
}

/**
 * Waits until the cluster serves all these kinds: a release brings its definitions some time after it was applied. A kind that nothing of the
 * environment brings is not waited for.
 */
export async function waitUntilServed(session: Session, kinds: readonly Kind[], wait: ServedWait): Promise<readonly Unserved[]> {
  const { cluster, reporter, clock } = session;
  const since = clock.now();
  const missing = async (): Promise<Kind[]> => {
    const served = await Promise.all(kinds.map((kind) => cluster.resource(kind)));
    return kinds.filter((_kind, index) => served[index] === undefined);
  };
  let last: Unserved[] = [];
  const done = await pollUntil(session, wait.deadline, async (round) => {
    // What was known before this stage may be old.
    if (round > 0) cluster.rediscover();
    last = (await missing()).map((kind) => unserved(kind, wait.manifests));
    const hopeless = last.filter(({ state }) => state === 'failed');
    reporter.waiting(last.map(({ kind, reason }) => ({ stage: wait.stage, object: `${kind.kind} (${kind.apiVersion})`, reason, since })));
    if (last.length === 0) return last;
    return round > 0 && hopeless.length > 0 ? hopeless : undefined;
  });
  reporter.waiting([]);
  return done ?? last;
}

/** Whose doing it will be that a kind is served. */
function bringersOf(kind: Kind, manifests: readonly Manifest[]): Manifest[] {
  const wanted = groupKindOf(kind);
  return manifests.filter((manifest) => {
    const own = crdOf(manifest);
    return [...crdsMadeBy(manifest), ...(own ? [own] : [])].some(({ kinds }) => kinds.some((served) => groupKindOf(served) === wanted));
  });
}

function unserved(kind: Kind, manifests: readonly Manifest[]): Unserved {
  const [bringer] = bringersOf(kind, manifests);
  if (bringer)
    return { kind, state: 'waiting', reason: `the cluster does not serve this kind yet: ${formatKey(keyOf(bringer))} brings it` };
  const needs = manifests.flatMap((manifest) => contractOf(manifest).needs ?? []);
  const need = needs.find(
    ({ kind: needed, keys = [] }) => needed === 'CustomResourceDefinition' && keys.some((key) => key.endsWith(`/${kind.kind}`)),
  );
  const remedy = need ? `: ${need.remedy}` : '';
  return { kind, state: 'failed', reason: `the cluster does not serve this kind, and nothing in dist brings it${remedy}` };
}
