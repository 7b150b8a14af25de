/** Where output goes: `process.stdout`, or what a test reads. */
export interface Stream {
  write(text: string): unknown;
  /** Whether a person looks at it. */
  readonly isTTY?: boolean;
  /** The width of the terminal, in characters. */
  readonly columns?: number;
  readonly rows?: number;
}
