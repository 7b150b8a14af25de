/** How long to wait before the next try: doubling from the first pause to the longest, each time somewhere between half of that and all of it. */
export class Backoff {
  private failures = 0;

  constructor(
    private readonly firstMilliseconds: number,
    private readonly longestMilliseconds: number,
    /** Of [0, 1). Without it, all that failed together would be retried together. */
    private readonly random: () => number = Math.random,
  ) {}

  next(): number {
    // The exponent is limited before the number is: 2 to the power of some thousands is no number any more.
    const full = Math.min(this.longestMilliseconds, this.firstMilliseconds * 2 ** Math.min(this.failures++, 30));
    return full / 2 + (full / 2) * this.random();
  }

  reset(): void {
    this.failures = 0;
  }
}
