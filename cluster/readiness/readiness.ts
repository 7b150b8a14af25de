import type { ListOptions } from '../api/cluster';
import type { Kind, Manifest, ObjectKey } from '../../manifests/manifest';
import type { LiveObject } from '../objects/live-object';

/** The state of an object. A reason is a short sentence without the object's name: "1 of 2 replicas are ready". */
export type State =
  | { readonly state: 'ready' }
  | { readonly state: 'waiting'; readonly reason: string }
  /** It does not become ready without a change: waiting is of no use. */
  | { readonly state: 'failed'; readonly reason: string };

/** What a rule reads of the cluster besides the object. An object or list is read once in a round, however often it is asked for. */
export interface ReadinessContext {
  get(key: ObjectKey): Promise<LiveObject | undefined>;
  list(kind: Kind, options?: ListOptions): Promise<readonly LiveObject[]>;
  /** The objects of the environment whose controllers reconcile objects of this kind. Without any, objects of the kind only exist. */
  operatorsOf(kind: Kind): readonly Manifest[];
}

/** The rule of a kind: whether the object is as its spec says. For the generation that was applied, never for an older one. */
export type Readiness = (object: LiveObject, context: ReadinessContext) => State | Promise<State>;

export const READY: State = { state: 'ready' };
export const waiting = (reason: string): State => ({ state: 'waiting', reason });
export const failed = (reason: string): State => ({ state: 'failed', reason });

/**
 * One state for several objects, each named in its reason: the worst, after the number of those that are not ready. A reason may end with a command,
 * which is copied.
 */
export function worstOf(states: readonly State[]): State {
  const unready = states.filter((state) => state.state !== 'ready');
  const first = unready.find(({ state }) => state === 'failed') ?? unready[0];
  if (first === undefined) return READY;
  return {
    ...first,
    reason: unready.length === 1 ? first.reason : `${unready.length} objects are not ready, one of them: ${first.reason}`,
  };
}
