import type { EnvironmentChange } from './environment-change';
import type { ObjectChange } from './object-change';

/** What a change needs a decision about, most urgent first. */
export const CLASSES = ['data', 'refused', 'security', 'versions'] as const;
export type ReviewClass = (typeof CLASSES)[number];

/** What a rule says about a change. */
export interface RuleFinding {
  readonly change: ObjectChange;
  /** The field, as `formatChangePath` writes it; empty for the object as a whole. */
  readonly field: string;
  /** One or two sentences, each with a full stop. */
  readonly message: string;
}

export interface ReviewFinding extends RuleFinding {
  readonly rule: string;
  readonly class: ReviewClass;
}

/** A kind of change that needs a decision. A rule compares objects and does not know constructs. */
export interface ReviewRule {
  /** The name of its file, of its test and of its line in docs/reviewing.md. */
  readonly name: string;
  readonly class: ReviewClass;
  check(environment: EnvironmentChange): RuleFinding[];
}
