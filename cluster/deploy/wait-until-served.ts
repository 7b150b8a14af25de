import { type Manifest, groupKindOf, formatKey, type Kind, keyOf } from '../../manifests/manifest';
import { contractOf } from '../../manifests/contract';
import { crdOf, crdsMadeBy } from '../../manifests/custom-resource-definition';
import { pollUntil, type Session } from '../session';

export interface ServedWait {
  readonly stage: string;
  /** All objects of the environment: one of them may create the CRD. */
  readonly manifests: readonly Manifest[];
  readonly deadline: number;
}

/** A kind that the API server does not serve, and what to do about it. */
export interface Unserved {
  readonly kind: Kind;
  /** Waiting when an object of the environment will create the CRD. */
  readonly state: 'waiting' | 'failed';
  readonly reason: string;
}

/**
 * Waits until the API server serves all these kinds: a release creates its CRDs some time after it was applied. Does not wait for a kind whose CRD no
 * object of the environment creates.
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
    // Discovery from before this stage may be stale.
    if (round > 0) cluster.rediscover();
    last = (await missing()).map((kind) => unserved(kind, wait.manifests));
    const failed = last.filter(({ state }) => state === 'failed');
    reporter.waiting(last.map(({ kind, reason }) => ({ stage: wait.stage, object: `${kind.kind} (${kind.apiVersion})`, reason, since })));
    if (last.length === 0) return last;
    return round > 0 && failed.length > 0 ? failed : undefined;
  });
  reporter.waiting([]);
  return done ?? last;
}

/** The objects that create the CRD of a kind. */
function makersOf(kind: Kind, manifests: readonly Manifest[]): Manifest[] {
  const wanted = groupKindOf(kind);
  return manifests.filter((manifest) => {
    const own = crdOf(manifest);
    return [...crdsMadeBy(manifest), ...(own ? [own] : [])].some(({ kinds }) => kinds.some((served) => groupKindOf(served) === wanted));
  });
}

function unserved(kind: Kind, manifests: readonly Manifest[]): Unserved {
  const [maker] = makersOf(kind, manifests);
  if (maker) return { kind, state: 'waiting', reason: `this kind is not served yet; ${formatKey(keyOf(maker))} creates its CRD` };
  const needs = manifests.flatMap((manifest) => contractOf(manifest).needs ?? []);
  const need = needs.find(
    ({ kind: needed, keys = [] }) => needed === 'CustomResourceDefinition' && keys.some((key) => key.endsWith(`/${kind.kind}`)),
  );
  const remedy = need ? `: ${need.remedy}` : '';
  return { kind, state: 'failed', reason: `this kind is not served, and no object in dist creates its CRD${remedy}` };
}
