import type { AppUser } from '../app-user/app-user';
import { decide } from './decide';
import { type Executor, notKept } from './executor';
import type { ReconcileContext } from './context';
import type { Observer } from './observer';

/** How a look at one AppUser ended. */
export type Outcome =
  | { readonly kind: 'settled' }
  | { readonly kind: 'waiting'; readonly afterSeconds?: number }
  /** The next action creates an account. */
  | { readonly kind: 'creation' };

/** More steps than any AppUser needs: then two of them undo each other, which is an error of the operator. */
const MOST_STEPS = 20;

/** Reconciles one AppUser, action by action. */
export class Reconciler {
  constructor(
    private readonly observer: Observer,
    private readonly executor: Executor,
    private readonly context: () => ReconcileContext,
    /** After it, no step is begun any more. */
    private readonly signal?: AbortSignal,
  ) {}

  /**
   * `mayCreate`: whether an account may be created now. Creating one takes an application much longer than anything else, so the queue has a lane
   * of its own for it.
   */
  async reconcile(appUser: AppUser, changedAt: number, { mayCreate }: { readonly mayCreate: boolean }): Promise<Outcome> {
    let observation = await this.observer.observe(appUser, changedAt);
    const updates = new Set<string>();
    let last = 'none';
    for (let step = 0; step < MOST_STEPS; step++) {
      const action = decide(observation, this.context());
      if (action.kind === 'settle') return action.waiting ? { kind: 'waiting', ...action.waiting } : { kind: 'settled' };
      if (action.kind === 'create-account' && !mayCreate) return { kind: 'creation' };
      last = action.kind;
      if (action.kind === 'update-account') {
        const { id, changes } = action;
        last = `${action.kind} (${Object.keys(changes).join(', ')})`;
        if (updates.has(JSON.stringify([id, changes]))) {
          observation = { ...observation, failure: notKept(id, changes) };
          continue;
        }
        updates.add(JSON.stringify([id, changes]));
      }
      this.signal?.throwIfAborted();
      observation = await this.executor.perform(action, observation);
    }
    throw new NotSettled(last);
  }
}

/** Two actions undo each other: an error of the operator. The message names fields, and no values. */
export class NotSettled extends Error {
  override readonly name = 'NotSettled';

  constructor(lastAction: string) {
    super(`not settled after ${MOST_STEPS} actions; the last one was ${lastAction}`);
  }
}
