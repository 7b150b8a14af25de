/** The time, and what is to happen in it again and again; tests have one of their own. */
export interface Ticker {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls again and again until the function that it returns is called. Keeps no process alive. */
  every(milliseconds: number, call: () => void): () => void;
}

export const systemTicker: Ticker = {
  now: () => Date.now(),
  every(milliseconds, call) {
    const timer = setInterval(call, milliseconds).unref();
    return () => clearInterval(timer);
  },
};
