import { type Manifest, idOf, formatKey, keyOf } from '../../manifests/manifest';
import type { LiveObject } from '../objects/live-object';
import { apply } from './apply';
import type { Applied } from '../api/cluster';
import { readLive } from '../objects/live';
import { CachedReader } from '../readiness/cached-reader';
import { readinessOf } from '../readiness';
import { type State, waiting } from '../readiness/readiness';
import type { OwnershipCheck } from './ownership-check';
import { isRefusal, NotOurs, reasonOf } from './refusal';
import { pollUntil, type Session } from '../session';
import { Warnings } from './warnings';

/** An applied object that has to become ready. */
export interface Expected extends Applied {
  readonly manifest: Manifest;
}

export interface Wait {
  readonly stage: string;
  readonly environment: string;
  /** All objects of the environment: their contracts say which operator manages which kind. */
  readonly manifests: readonly Manifest[];
  /** In milliseconds since 1970. */
  readonly deadline: number;
  readonly force: boolean;
  readonly ownership: OwnershipCheck;
  /** The Events that were reported earlier in this deployment. @default none */
  readonly reported?: Set<string>;
}

/** An object that has not become ready. */
export interface Unready {
  readonly object: string;
  readonly state: Exclude<State['state'], 'ready'>;
  readonly reason: string;
}

/** Consecutive polls in which an object must be failed: some are for a moment, until their controllers have observed a change. */
const FAILURES = 2;

interface Pending {
  expected: Expected;
  /** Why it could not be applied again after it was deleted. */
  refusal?: string | undefined;
  readonly since: number;
  failures: number;
  state: State;
}

/** Waits until all objects are ready. Returns those that are not, at the deadline or as soon as one has failed. */
export async function waitUntilReady(session: Session, expected: readonly Expected[], wait: Wait): Promise<readonly Unready[]> {
  const { clock, reporter } = session;
  const warnings = new Warnings(session, wait.stage, wait.reported);
  let pending: Pending[] = expected.map((each) => ({
    expected: each,
    since: clock.now(),
    failures: 0,
    state: waiting(''),
  }));
  const done = await pollUntil(session, wait.deadline, async (round) => {
    // The responses of the apply are new enough for the first poll.
    const live = round === 0 ? appliedObjects(pending) : await readOrApplyAgain(session, pending, wait);
    const reader = new CachedReader(session.cluster, wait.manifests);
    const checked = await Promise.all(
      pending.map(async (each): Promise<Pending> => {
        const object = live.get(idOf(keyOf(each.expected.manifest)));
        const state = object && each.refusal === undefined ? await readinessOf(object, reader) : waiting(each.refusal ?? 'is not found');
        return { ...each, state, failures: state.state === 'failed' ? each.failures + 1 : 0 };
      }),
    );
    for (const {
      expected: { manifest },
      state,
    } of checked) {
      if (round > 0 && state.state === 'ready')
        reporter.line({ type: 'state', stage: wait.stage, object: nameOf(manifest), state: 'ready' });
    }
    pending = checked.filter(({ state }) => state.state !== 'ready');
    reporter.waiting(
      pending.map((each) => ({
        stage: wait.stage,
        object: nameOf(each.expected.manifest),
        reason: each.state.state === 'ready' ? '' : each.state.reason,
        since: each.since,
      })),
    );
    if (pending.length === 0) return [];
    await warnings.report(pending.map(({ expected: { manifest } }) => manifest));
    return pending.some(({ failures }) => failures >= FAILURES) ? unready(pending) : undefined;
  });
  reporter.waiting([]);
  return done ?? unready(pending);
}

function appliedObjects(pending: readonly Pending[]): ReadonlyMap<string, LiveObject> {
  return new Map(pending.map(({ expected: { object } }) => [idOf(keyOf(object)), object]));
}

/**
 * The live objects. An object that was deleted or replaced meanwhile is applied again: PGO, for example, deletes the Secret of a database user whose
 * cluster was deleted a moment ago. While that is refused, for example because the namespace is being deleted, it is retried.
 */
async function readOrApplyAgain(session: Session, pending: readonly Pending[], wait: Wait): Promise<ReadonlyMap<string, LiveObject>> {
  const { cluster, reporter } = session;
  const manifests = pending.map(({ expected }) => expected.manifest);
  const live = new Map(await readLive(cluster, wait.environment, manifests.map(keyOf)));
  await Promise.all(
    pending.map(async (each) => {
      const { manifest, object } = each.expected;
      const id = idOf(keyOf(manifest));
      if (live.get(id)?.metadata.uid === object.metadata.uid) return;
      const message = 'was deleted or replaced meanwhile; will be applied again';
      if (each.refusal === undefined) reporter.line({ type: 'warning', stage: wait.stage, object: nameOf(manifest), message });
      try {
        const decision = await wait.ownership.decide(manifest, live.get(id));
        if (decision.action === 'refuse') throw new NotOurs(decision.reason);
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
    return state.state === 'ready' ? [] : [{ object: nameOf(manifest), state: state.state, reason: state.reason }];
  });
}

const nameOf = (manifest: Manifest): string => formatKey(keyOf(manifest));
