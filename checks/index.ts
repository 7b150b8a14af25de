import type { Stage } from '../constructs/contract';
import { defaultPassword } from './default-password';
import { duplicateIdentity } from './duplicate-identity';
import { longName } from './long-name';
import { Manifests } from './manifests';
import { missingNamespace } from './missing-namespace';
import { missingReference } from './missing-reference';
import { missingResources } from './missing-resources';
import { objectSize } from './object-size';
import { podSecurity } from './pod-security';
import type { CheckFinding, Rule } from './rule';
import { secretData } from './secret-data';
import { stageOrder } from './stage-order';
import { unpinnedVersion } from './unpinned-version';
import { unservedKind } from './unserved-kind';

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
