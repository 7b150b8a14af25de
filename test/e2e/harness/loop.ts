import { isPassing } from './api';

const PAUSE_MILLISECONDS = 350;

/**
 * Does the same again and again, as controllers do, until it is stopped. What passes (a conflict, an API server that is away) is tried again
 * in the next round; anything else ends the loop, and is thrown by `stop`, so that a test cannot succeed over it.
 */
export class Loop {
  private readonly ended: Promise<void>;
  private current: Promise<void> = Promise.resolve();
  private paused = false;
  private stopped = false;
  private failure: unknown;
  private wake: () => void = () => undefined;

  constructor(private readonly round: () => Promise<void>) {
    this.ended = this.run();
  }

  /** From now on no round begins. Returns when the one that runs has ended. */
  async pause(): Promise<void> {
    this.paused = true;
    await this.current;
  }

  resume(): void {
    this.paused = false;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.ended;
    if (this.failure !== undefined) throw this.failure;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      if (!this.paused) {
        this.current = this.round().catch((error: unknown) => {
          if (isPassing(error)) return;
          this.failure = error;
          this.stopped = true;
        });
        await this.current;
      }
      if (!this.stopped) await this.pauseBetween();
    }
  }

  /** Not a reason for this Node.js process to stay. */
  private async pauseBetween(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      setTimeout(resolve, PAUSE_MILLISECONDS).unref();
    });
  }
}
