import type { AppUser } from '../app-user/app-user';
import { decide } from './decide';
import type { Executor } from './executor';
import type { World } from './knowledge';
import type { Observer } from './observer';

/** How a look at one AppUser ended. */
export type Outcome =
  | { readonly kind: 'settled' }
  | { readonly kind: 'waiting'; readonly afterSeconds?: number }
  /** The next step must not be done while another AppUser is at it. */
  | { readonly kind: 'alone' };

/** More steps than any AppUser needs: then two of them undo each other, which is an error of the operator. */
const MOST_STEPS = 20;

/** Brings one AppUser from wherever it is to where it wants to be, step by step. */
export class Reconciler {
  constructor(
    private readonly observer: Observer,
    private readonly executor: Executor,
    private readonly world: () => World,
    /** After it, no step is begun any more. */
    private readonly signal?: AbortSignal,
  ) {}

  /**
   * `alone`: no other AppUser is reconciled with that. Applications check only when they are asked whether a name or address is taken, so
   * accounts are made one at a time.
   */
  async reconcile(appUser: AppUser, changedAt: number, { alone }: { readonly alone: boolean }): Promise<Outcome> {
    let knowledge = await this.observer.observe(appUser, changedAt);
    for (let step = 0; step < MOST_STEPS; step++) {
      const action = decide(knowledge, this.world());
      if (action.kind === 'settle') return action.waiting ? { kind: 'waiting', ...action.waiting } : { kind: 'settled' };
      if (action.kind === 'create-account' && !alone) return { kind: 'alone' };
      this.signal?.throwIfAborted();
      knowledge = await this.executor.perform(action, knowledge);
    }
    throw new Error(`it does not settle within ${MOST_STEPS} steps`);
  }
}
