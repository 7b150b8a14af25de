/** Aborts after a time, or with a signal. Thousands of `AbortSignal.timeout` would each stay for that time; this goes when it is over. */
export class Deadline {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private late: Error | undefined;

  constructor(
    seconds: number,
    message: string,
    private readonly outer?: AbortSignal,
  ) {
    this.timer = setTimeout(() => this.controller.abort((this.late = new Error(message))), seconds * 1000);
    outer?.addEventListener('abort', this.follow);
    if (outer?.aborted) this.follow();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  prolong(): void {
    this.timer.refresh();
  }

  end(): void {
    clearTimeout(this.timer);
    this.outer?.removeEventListener('abort', this.follow);
  }

  /** What an aborted request says of itself is less than why it was. */
  reasonOr(error: unknown): unknown {
    return this.late ?? error;
  }

  private readonly follow = (): void => this.controller.abort();
}
