/** Time, which tests let pass as they like. */
export interface TimeSource {
  /** Milliseconds that only ever grow. */
  now(): number;
  /** The date, as Kubernetes writes it. */
  date(): string;
  /** Calls once, later; what it returns takes that back. */
  after(milliseconds: number, call: () => void): () => void;
}

export const systemTime: TimeSource = {
  now: () => performance.now(),
  date: () => new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
  after: (milliseconds, call) => {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Resolves after that time, or with the signal. */
export function pause(clock: TimeSource, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      cancel();
      // A signal lives as long as the process: what listens to it would pile up.
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(Math.max(0, milliseconds), end);
    signal.addEventListener('abort', end);
  });
}
