import type { Stage } from '../constructs/contract';
import { duplicateIdentity } from './duplicate-identity';
import { missingReference } from './missing-reference';
import type { Rule, RuleFinding } from './rule';
import { unservedKind } from './unserved-kind';

export const rules: readonly Rule[] = [duplicateIdentity, missingReference, unservedKind];

/** Everything that any rule finds in the manifests of one environment. */
export function check(stages: readonly Stage[]): RuleFinding[] {
  return rules.flatMap((rule) => rule.check(stages));
}
