import type { StagedObject } from '../manifests/stage';
import type { Finding } from '../manifests/finding';
import type { EnvironmentObjects } from '../manifests/environment-objects';

/** A finding of a rule about one object. */
export interface RuleFinding extends Finding {
  readonly object: StagedObject;
  /** The field of the object: `spec.template.spec.volumes[0].secret`. */
  readonly field: string;
}

/** A finding with the name of its rule. */
export interface CheckFinding extends RuleFinding {
  readonly rule: string;
}

/** Something that must be true of every object of an environment. A rule reads objects and does not know constructs. */
export interface Rule {
  /** The name of its file, of its test and of its line in docs/checks.md, which acknowledgements use. */
  readonly name: string;
  check(environment: EnvironmentObjects): RuleFinding[];
}
