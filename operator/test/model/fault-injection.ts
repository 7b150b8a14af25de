import { Unavailable } from '../../src/accounts/account';

/** The operator's process ended here. */
export class Killed extends Error {}

/** What goes wrong during one reconciliation: at its n-th call, before the call does anything or after it did. */
export interface Plan {
  readonly kind: 'none' | 'killed' | 'unavailable';
  readonly atCall: number;
  readonly when: 'before' | 'after';
}

export const NO_FAULT: Plan = { kind: 'none', atCall: 0, when: 'before' };

/** Stands between the operator and everything that it calls. */
export class FaultInjector {
  private plan: Plan = NO_FAULT;
  private calls = 0;
  /** Changes that the operator asked for. */
  writes = 0;
  /** All calls. */
  total = 0;

  arm(plan: Plan): void {
    this.plan = plan;
    this.calls = 0;
  }

  async around<Answer>(what: 'read' | 'write', call: () => Answer): Promise<Answer> {
    // As over a network, the answer comes later.
    await Promise.resolve();
    this.total++;
    const hit = this.plan.kind !== 'none' && this.calls++ === this.plan.atCall;
    if (hit && this.plan.when === 'before') throw this.error();
    if (what === 'write') this.writes++;
    const answer = call();
    if (hit) throw this.error();
    return answer;
  }

  private error(): Error {
    return this.plan.kind === 'killed' ? new Killed('killed') : new Unavailable('down');
  }
}
