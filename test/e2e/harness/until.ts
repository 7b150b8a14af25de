export interface UntilOptions {
  /** How long to ask; 120 without it: no test fails because the machine is slow. */
  readonly seconds?: number;
  readonly pauseMilliseconds?: number;
}

/** Asks again and again until the answer is there (not undefined, not false), and returns it. An answer that throws ends the asking. */
export async function until<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined | false> | Answer | undefined | false,
  { seconds = 120, pauseMilliseconds = 50 }: UntilOptions = {},
): Promise<Answer> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`not so within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
  }
}
