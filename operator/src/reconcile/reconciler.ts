import type { AppUser } from '../app-user/app-user';
import { decide } from './decide';
import type { Executor } from './executor';
import type { ReconcileContext } from './context';
import type { Observer } from './observer';

/** How a look at one AppUser ended. */
export type Outcome =
  | { readonly kind: 'settled' }
  | { readonly kind: 'waiting'; readonly afterSeconds?: number }
  /** The next step must not be done while another AppUser is at it. */
  | { readonly kind: 'exclusive' };

/** More steps than any AppUser needs: then two of them undo each other, which is an error of the operator. */
const MOST_STEPS = 20;

/** Brings one AppUser from wherever it is to where it wants to be, step by step. */
export class Reconciler {
  constructor(
    private readonly observer: Observer,
    private readonly executor: Executor,
    private readonly context: () => ReconcileContext,
    /** After it, no step is begun any more. */
    private readonly signal?: AbortSignal,
  ) {}

  /**
   * `exclusive`: no other AppUser is reconciled with that. Applications check only when they are asked whether a name or address is taken, so
   * accounts are made one at a time.
   */
  async reconcile(appUser: AppUser, changedAt: number, { exclusive }: { readonly exclusive: boolean }): Promise<Outcome> {
    let observation = await this.observer.observe(appUser, changedAt);
    for (let step = 0; step < MOST_STEPS; step++) {
      const action = decide(observation, this.context());
      if (action.kind === 'settle') return action.waiting ? { kind: 'waiting', ...action.waiting } : { kind: 'settled' };
      if (action.kind === 'create-account' && !exclusive) return { kind: 'exclusive' };
      this.signal?.throwIfAborted();
      observation = await this.executor.perform(action, observation);
    }
    throw new Error(`not settled after ${MOST_STEPS} actions`);
  }
}
