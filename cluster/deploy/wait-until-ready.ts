import { type Manifest, idOf, formatKey, keyOf } from '../../manifests/manifest';
import type { LiveObject } from '../objects/live-object';
import { apply } from './apply';
import type { Applied } from '../api/cluster';
import { readLive } from '../objects/live';
import { CachedReader } from '../readiness/cached-reader';
import { readinessOf } from '../readiness';
import { type State, waiting } from '../readiness/readiness';
import { isRefusal, reasonOf } from './refusal';
import { pollUntil, type Session } from '../session';
import { Warnings } from './warnings';

/** An object that was applied, and is to become ready. */
export interface Expected extends Applied {
  readonly manifest: Manifest;
}

export interface Wait {
  readonly stage: string;
  readonly environment: string;
  /** All objects of the environment, which tell who looks after what. */
  readonly manifests: readonly Manifest[];
  /** When to give up, in milliseconds since 1970. */
  readonly deadline: number;
  readonly force: boolean;
}

/** An object that has not become ready. */
export interface Unready {
  readonly object: string;
  readonly state: Exclude<State['state'], 'ready'>;
  readonly reason: string;
}

/** How often in succession an object must look failed: some only seem so for a moment, while their controllers take notice of a change. */
const FAILURES = 2;

interface Pending {
  expected: Expected;
  /** Why it could not be applied again, since it has gone. */
  refusal?: string | undefined;
  readonly since: number;
  failures: number;
  state: State;
}

/** Waits until all are ready; tells those that are not when the time is over, or at once when waiting for one is of no use. */
export async function waitUntilReady(session: Session, expected: readonly Expected[], wait: Wait): Promise<readonly Unready[]> {
  const { clock, reporter } = session;
  const warnings = new Warnings(
    session,
    expected.map(({ manifest }) => manifest),
    wait.stage,
  );
  let pending: Pending[] = expected.map((each) => ({
    expected: each,
    since: clock.now(),
    failures: 0,
    state: waiting(''),
  }));
  const done = await pollUntil(session, wait.deadline, async (round) => {
    // Right after the apply, its answers are what is on the cluster.
    const live = round === 0 ? answers(pending) : await present(session, pending, wait);
    const look = new CachedReader(session.cluster, wait.manifests);
    const judged = await Promise.all(
      pending.map(async (each): Promise<Pending> => {
        const object = live.get(idOf(keyOf(each.expected.manifest)));
        const state = object && each.refusal === undefined ? await readinessOf(object, look) : waiting(each.refusal ?? 'is not there');
        return { ...each, state, failures: state.state === 'failed' ? each.failures + 1 : 0 };
      }),
    );
    for (const {
      expected: { manifest },
      state,
    } of judged) {
      if (round > 0 && state.state === 'ready')
        reporter.line({ type: 'state', stage: wait.stage, object: words(manifest), state: 'ready' });
    }
    pending = judged.filter(({ state }) => state.state !== 'ready');
    reporter.waiting(
      pending.map((each) => ({
        stage: wait.stage,
        object: words(each.expected.manifest),
        reason: each.state.state === 'ready' ? '' : each.state.reason,
        since: each.since,
      })),
    );
    if (pending.length === 0) return [];
    await warnings.tell();
    return pending.some(({ failures }) => failures >= FAILURES) ? unready(pending) : undefined;
  });
  reporter.waiting([]);
  return done ?? unready(pending);
}

function answers(pending: readonly Pending[]): ReadonlyMap<string, LiveObject> {
  return new Map(pending.map(({ expected: { object } }) => [idOf(keyOf(object)), object]));
}

/**
 * The objects as they are now. One that has gone, or has been replaced by another, is applied again: whoever deleted it may not have known that it
 * is wanted. PGO does so to the Secret of a database user when its cluster was deleted a moment ago. As long as that is refused, because its namespace
 * is being deleted as well, it is tried again.
 */
async function present(session: Session, pending: readonly Pending[], wait: Wait): Promise<ReadonlyMap<string, LiveObject>> {
  const { cluster, reporter } = session;
  const manifests = pending.map(({ expected }) => expected.manifest);
  const live = new Map(await readLive(cluster, wait.environment, manifests.map(keyOf)));
  await Promise.all(
    pending.map(async (each) => {
      const { manifest, object } = each.expected;
      const id = idOf(keyOf(manifest));
      if (live.get(id)?.metadata.uid === object.metadata.uid) return;
      const message = 'was deleted or replaced by somebody meanwhile, and is applied again';
      if (each.refusal === undefined) reporter.line({ type: 'warning', stage: wait.stage, object: words(manifest), message });
      try {
        each.expected = { manifest, ...(await apply(cluster, manifest, { force: wait.force })) };
        each.refusal = undefined;
        live.set(id, each.expected.object);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        each.refusal = reasonOf(error, manifest);
      }
    }),
  );
  return live;
}

function unready(pending: readonly Pending[]): Unready[] {
  return pending.flatMap(({ expected: { manifest }, state }) => {
    return state.state === 'ready' ? [] : [{ object: words(manifest), state: state.state, reason: state.reason }];
  });
}

const words = (manifest: Manifest): string => formatKey(keyOf(manifest));
