/** Something that happened. Has names and reasons only: no value of a Secret. */
export interface ReportedEvent {
  readonly type: 'stage' | 'applied' | 'state' | 'warning' | 'note';
  readonly stage?: string;
  /** Kind, namespace and name: `PostgresCluster cvat/my-postgres`. */
  readonly object?: string;
  /** For `applied`: `created`, `configured`, `unchanged`, `pruned` or `deleted`. */
  readonly result?: string;
  /** For `state`: `ready`, `waiting` or `failed`. */
  readonly state?: string;
  readonly reason?: string;
  readonly message?: string;
}

/** An object that is not ready or not deleted yet. */
export interface Awaited {
  readonly stage: string;
  readonly object: string;
  readonly reason: string;
  /** When the wait began, in milliseconds since 1970. */
  readonly since: number;
}

/** Prints what a command does while it runs. */
export interface Reporter {
  /** Prints a line. */
  line(event: ReportedEvent): void;
  /** Replaces the list of all objects that are waited for. Empty ends the wait. */
  waiting(objects: readonly Awaited[]): void;
  /** Ends the wait and stops all timers. */
  end(): void;
}

/** Where a reporter writes: `process.stdout`, or a recording stream in tests. */
export interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** The terminal's width in characters. */
  readonly columns?: number;
  readonly rows?: number;
}

/** The current time, and a timer; tests have one of their own. */
export interface Ticker {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `call` in this interval until the returned function is called. Does not keep the process alive. */
  every(milliseconds: number, call: () => void): () => void;
}
