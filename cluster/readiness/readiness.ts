import type { ListOptions } from '../api/cluster';
import type { Kind, ObjectKey } from '../../manifests/manifest';
import type { LiveObject } from '../objects/live-object';

/** How far an object is. A reason is a short sentence for a person, without the object's name: "1 of 2 replicas are ready". */
export type State =
  | { readonly state: 'ready' }
  | { readonly state: 'waiting'; readonly reason: string }
  /** It will not become ready by itself: waiting is of no use. */
  | { readonly state: 'failed'; readonly reason: string };

/** What else is on the cluster. What is asked for twice within one round of looking is read once. */
export interface ReadinessContext {
  get(key: ObjectKey): Promise<LiveObject | undefined>;
  list(kind: Kind, options?: ListOptions): Promise<readonly LiveObject[]>;
  /** Whether the environment has somebody who looks after such objects; if not, they just sit there, and that is all they should. */
  isOperated(kind: Kind): boolean;
}

/** One kind's answer to: is it as its spec wants it? For the generation that was applied, never for an older one. */
export type Readiness = (object: LiveObject, look: ReadinessContext) => State | Promise<State>;

export const READY: State = { state: 'ready' };
export const waiting = (reason: string): State => ({ state: 'waiting', reason });
export const failed = (reason: string): State => ({ state: 'failed', reason });
