/** Something that happened. Names and reasons only: no values of Secrets come here. */
export interface ReportedEvent {
  readonly type: 'stage' | 'applied' | 'state' | 'warning' | 'note';
  readonly stage?: string;
  /** In words: `PostgresCluster cvat/my-postgres`. */
  readonly object?: string;
  /** What was done to the object: `created`, `changed`, `unchanged`, `deleted`. */
  readonly result?: string;
  /** How far the object is: `ready`, `waiting`, `failed`. */
  readonly state?: string;
  readonly reason?: string;
  readonly message?: string;
}

/** An object that is waited for. */
export interface Awaited {
  readonly stage: string;
  readonly object: string;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** Says what a command does while it does it. */
export interface Reporter {
  /** A line that stays. */
  line(event: ReportedEvent): void;
  /** All that is waited for now, instead of what was said before. Empty: nothing. */
  waiting(objects: readonly Awaited[]): void;
  /** Nothing is waited for any more, and nothing more will be said. */
  end(): void;
}
