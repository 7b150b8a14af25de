import type { StagedObject } from '../manifests/stage';
import type { Finding } from '../manifests/finding';
import type { Manifests } from '../manifests/manifests';

/** What a rule has found in an object. */
export interface RuleFinding extends Finding {
  readonly object: StagedObject;
  /** The field of the object: `spec.template.spec.volumes[0].secret`. */
  readonly field: string;
}

/** A finding, and the name of the rule that found it. */
export interface CheckFinding extends RuleFinding {
  readonly rule: string;
}

/** Something that must be true of every manifest of an environment. A rule reads objects, and knows no construct. */
export interface Rule {
  /** The name of its file, of its test and of its line in docs/checks.md. An acknowledgement calls it by this name. */
  readonly name: string;
  check(manifests: Manifests): RuleFinding[];
}
