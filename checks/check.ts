import type { Stage } from '../manifests/stage';
import { defaultPassword } from './rules/default-password';
import { duplicateIdentity } from './rules/duplicate-identity';
import { invalidField } from './rules/invalid-field';
import { isAboutSameValue } from '../manifests/finding';
import { longName } from './rules/long-name';
import { EnvironmentObjects } from '../manifests/environment-objects';
import { missingNamespace } from './rules/missing-namespace';
import { missingReference } from './rules/missing-reference';
import { missingResources } from './rules/missing-resources';
import { objectSize } from './rules/object-size';
import { podSecurity } from './rules/pod-security';
import { releaseCrds } from './rules/release-crds';
import type { CheckFinding, Rule } from './rule';
import { secretData } from './rules/secret-data';
import { stageOrder } from './rules/stage-order';
import { unpinnedVersion } from './rules/unpinned-version';
import { unservedKind } from './rules/unserved-kind';

/** In the order of docs/checks.md: identity, references, workloads, secrets. */
export const rules: readonly Rule[] = [
  duplicateIdentity,
  unservedKind,
  invalidField,
  longName,
  objectSize,
  missingNamespace,
  missingReference,
  stageOrder,
  unpinnedVersion,
  releaseCrds,
  podSecurity,
  missingResources,
  secretData,
  defaultPassword,
];

/** The findings of all rules in one environment. */
export function check(stages: readonly Stage[]): CheckFinding[] {
  const environment = new EnvironmentObjects(stages);
  const findings = rules.flatMap((rule) => rule.check(environment).map((finding) => ({ rule: rule.name, ...finding })));
  return findings.filter((finding) => finding.rule !== invalidField.name || !findings.some((other) => explains(other, finding)));
}

/** Whether the finding of another rule is about the same value: it knows more of it than a schema. */
function explains(other: CheckFinding, { object, message }: CheckFinding): boolean {
  return other.rule !== invalidField.name && other.object.manifest === object.manifest && isAboutSameValue(other.message, message);
}
