import type { Stage } from '../manifests/stage';
import { defaultPassword } from './rules/default-password';
import { duplicateIdentity } from './rules/duplicate-identity';
import { longName } from './rules/long-name';
import { Manifests } from '../manifests/manifests';
import { missingNamespace } from './rules/missing-namespace';
import { missingReference } from './rules/missing-reference';
import { missingResources } from './rules/missing-resources';
import { objectSize } from './rules/object-size';
import { podSecurity } from './rules/pod-security';
import type { CheckFinding, Rule } from './rule';
import { secretData } from './rules/secret-data';
import { stageOrder } from './rules/stage-order';
import { unpinnedVersion } from './rules/unpinned-version';
import { unservedKind } from './rules/unserved-kind';

/** In the order of docs/checks.md: what an object is, what it refers to, what runs, and what nobody may read. */
export const rules: readonly Rule[] = [
  duplicateIdentity,
  unservedKind,
  longName,
  objectSize,
  missingNamespace,
  missingReference,
  stageOrder,
  unpinnedVersion,
  podSecurity,
  missingResources,
  secretData,
  defaultPassword,
];

/** Everything that any rule finds in the manifests of one environment. */
export function check(stages: readonly Stage[]): CheckFinding[] {
  const manifests = new Manifests(stages);
  return rules.flatMap((rule) => rule.check(manifests).map((finding) => ({ rule: rule.name, ...finding })));
}
