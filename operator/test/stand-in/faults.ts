import type { Operation } from './routes';
import { type Reply, html, json } from './reply';

/** What goes wrong with a request. */
export type Fault =
  /** Answered like this, and nothing is done: by a proxy, for example. */
  | { readonly kind: 'answer'; readonly reply: Reply }
  /** Done and answered later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Never answered. The client has to give up. */
  | { readonly kind: 'hang' }
  /** The client gives up at once. A registration is checked now and committed when `until` resolves. */
  | { readonly kind: 'late'; readonly until: Promise<void> }
  /** The connection breaks: before anything is done, or when all is done and only the answer gets lost. */
  | { readonly kind: 'drop'; readonly when: 'before' | 'after' };

interface Planned {
  readonly fault: Fault;
  readonly operation: Operation | undefined;
  left: number;
}

/** Which requests a fault hits: the next one, unless something else is said. */
export interface Which {
  readonly operation?: Operation;
  /** How many. Infinity: all, until `clear`. */
  readonly times?: number;
}

/** Faults that tests plan. Each hits the next requests that it is meant for; of several, the one that was planned first. */
export class Faults {
  #planned: Planned[] = [];
  /** Called before anything is done for a request, and when all is done but not yet answered. The request waits for them. */
  hooks: { before?: (operation: Operation) => void | Promise<void>; after?: (operation: Operation) => void | Promise<void> } = {};

  plan(fault: Fault, { operation, times = 1 }: Which = {}): void {
    this.#planned.push({ fault, operation, left: times });
  }

  /** Every connection breaks until `clear`. */
  down(): void {
    this.plan({ kind: 'drop', when: 'before' }, { times: Infinity });
  }

  delay(ms: number, which?: Which): void {
    this.plan({ kind: 'delay', ms }, which);
  }

  hang(which?: Which): void {
    this.plan({ kind: 'hang' }, which);
  }

  dropBeforeWork(which?: Which): void {
    this.plan({ kind: 'drop', when: 'before' }, which);
  }

  dropAfterWork(which?: Which): void {
    this.plan({ kind: 'drop', when: 'after' }, which);
  }

  /** Registrations whose client gives up, and which are committed when the returned function is called. */
  late(which: Omit<Which, 'operation'> = {}): () => void {
    let commit = (): void => undefined;
    const until = new Promise<void>((resolve) => (commit = resolve));
    this.plan({ kind: 'late', until }, { ...which, operation: 'register' });
    return () => commit();
  }

  /** A status with CVAT's JSON: {"detail": ...} unless another body is given. */
  fail(status: number, { body = { detail: 'planned' }, ...which }: Which & { readonly body?: unknown } = {}): void {
    this.plan({ kind: 'answer', reply: json(status, body) }, which);
  }

  /** A page of a proxy in front of CVAT. */
  failWithPage(status: number, which?: Which): void {
    this.plan({ kind: 'answer', reply: html(status, `<html><head><title>${status}</title></head><body>nginx</body></html>`) }, which);
  }

  throttle(retryAfterSeconds: number, which?: Which): void {
    const detail = `Request was throttled. Expected available in ${retryAfterSeconds} seconds.`;
    this.plan({ kind: 'answer', reply: json(429, { detail }, { 'retry-after': String(retryAfterSeconds) }) }, which);
  }

  clear(): void {
    this.#planned = [];
  }

  /** The fault of a request that has just come in. */
  take(operation: Operation): Fault | undefined {
    const planned = this.#planned.find((candidate) => candidate.operation === undefined || candidate.operation === operation);
    if (!planned) return undefined;
    planned.left--;
    if (planned.left <= 0) this.#planned = this.#planned.filter((other) => other !== planned);
    return planned.fault;
  }
}
