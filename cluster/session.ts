import type { Cluster } from './api/cluster';
import type { Reporter } from './cli/terminal/reporter';

/** The current time and pauses; tests have one of their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects with the signal's reason when it is aborted. */
  pause(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** What every command needs. */
export interface Session {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly reporter: Reporter;
  /** The kubeconfig context given by --context; undefined: the current one. */
  readonly context?: string;
  /** Identifies the repository that dist is from; undefined: unknown. */
  readonly installation?: string;
  /** Aborted when the user interrupts the command. */
  readonly signal?: AbortSignal;
}

const FIRST_MILLISECONDS = 250;
const LONGEST_MILLISECONDS = 2000;

/**
 * Polls with growing intervals until `poll` returns a value; undefined at the deadline. A watch is not used: it can stop without an error.
 */
export async function pollUntil<Answer>(
  { clock, signal }: Session,
  deadline: number,
  poll: (round: number) => Promise<Answer | undefined>,
): Promise<Answer | undefined> {
  let milliseconds = FIRST_MILLISECONDS;
  for (let round = 0; ; round++) {
    signal?.throwIfAborted();
    const answer = await poll(round);
    if (answer !== undefined) return answer;
    if (clock.now() >= deadline) return undefined;
    await clock.pause(Math.min(milliseconds, Math.max(deadline - clock.now(), 0)), signal);
    milliseconds = Math.min(1.5 * milliseconds, LONGEST_MILLISECONDS);
  }
}
