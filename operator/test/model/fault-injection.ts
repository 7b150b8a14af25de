import { Unavailable } from '../../src/accounts/account';

/** The operator's process ended here. */
export class Killed extends Error {}

/** What goes wrong during one reconciliation: at its n-th call, before the call does anything or after it did. */
export interface Plan {
  readonly kind: 'none' | 'killed' | 'unavailable' | Registration;
  readonly atCall: number;
  readonly when: 'before' | 'after';
}

/**
 * What happens to a registration: it is committed later, after the operator gave up (`late`) or was killed (`late-killed`), or it is delivered
 * twice, and one of them is committed later. `atCall` and `when` do not matter.
 */
export type Registration = 'late' | 'late-killed' | 'twice';

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
    const hit = ['killed', 'unavailable'].includes(this.plan.kind) && this.calls++ === this.plan.atCall;
    if (hit && this.plan.when === 'before') throw this.error();
    if (what === 'write') this.writes++;
    const answer = call();
    if (hit) throw this.error();
    return answer;
  }

  /** What happens to the next registration. */
  takeRegistration(): Registration | undefined {
    const { kind } = this.plan;
    if (kind !== 'late' && kind !== 'late-killed' && kind !== 'twice') return undefined;
    this.plan = NO_FAULT;
    return kind;
  }

  private error(): Error {
    return this.plan.kind === 'killed' ? new Killed('killed') : new Unavailable('down');
  }
}
