import type { Stage, StagedObject } from '../constructs/contract';
import type { Finding } from '../constructs/problem';

/** What a rule has found in an object. */
export interface RuleFinding extends Finding {
  readonly object: StagedObject;
  /** The field of the object: `spec.template.spec.volumes[0].secret`. */
  readonly field: string;
}

/** Something that must be true of every manifest of an environment. A rule reads objects, and knows no construct. */
export interface Rule {
  /** The name of its file, of its test and of its line in docs/checks.md. */
  readonly name: string;
  check(stages: readonly Stage[]): RuleFinding[];
}
