import type { Cluster } from './api/cluster';
import type { Reporter } from './cli/terminal/reporter';

/** Time, which tests make pass by themselves. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Fails with the signal's reason as soon as that is aborted. */
  pause(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** What every command works with. */
export interface Session {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly reporter: Reporter;
  /** The context that the person has named; nothing: the current one. */
  readonly context?: string;
  /** The person wants it to stop. */
  readonly signal?: AbortSignal;
}

const FIRST_MILLISECONDS = 250;
const LONGEST_MILLISECONDS = 2000;

/**
 * Looks again and again, first often and then less so, until the answer is there or the time is over: then nothing. What happens on a cluster
 * is asked for, not listened to: a watch can die without a word.
 */
export async function pollUntil<Answer>(
  { clock, signal }: Session,
  deadline: number,
  look: (round: number) => Promise<Answer | undefined>,
): Promise<Answer | undefined> {
  let milliseconds = FIRST_MILLISECONDS;
  for (let round = 0; ; round++) {
    signal?.throwIfAborted();
    const answer = await look(round);
    if (answer !== undefined) return answer;
    if (clock.now() >= deadline) return undefined;
    await clock.pause(Math.min(milliseconds, Math.max(deadline - clock.now(), 0)), signal);
    milliseconds = Math.min(1.5 * milliseconds, LONGEST_MILLISECONDS);
  }
}
