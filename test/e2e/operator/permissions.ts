import { Platform } from '../../../constructs/platform';
import { local } from '../../fixtures/environments/local';

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** All that the operator may do, as the platform installs it: what it does beyond that fails in these tests. */
export const RULES = new Platform('e2e', local)
  .stages()
  .flatMap(({ objects }) => objects)
  .filter(({ manifest }) => manifest.kind === 'Role')
  .flatMap(({ manifest }) => manifest['rules'] as readonly Rule[]);

/** One verb of one rule. */
export interface Permission {
  readonly rule: Rule;
  readonly verb: string;
  /** With its subresource: `appusers/status`. */
  readonly resource: string;
}

export const PERMISSIONS: readonly Permission[] = RULES.flatMap((rule) =>
  rule.verbs.flatMap((verb) => rule.resources.map((resource) => ({ rule, verb, resource }))),
);

/** All rules but for that right. */
export function rulesWithout({ rule, verb, resource }: Permission): readonly Rule[] {
  const others = { ...rule, resources: rule.resources.filter((other) => other !== resource) };
  const rest = { ...rule, resources: [resource], verbs: rule.verbs.filter((other) => other !== verb) };
  return [...RULES.filter((other) => other !== rule), others, rest].filter(
    ({ resources, verbs }) => resources.length > 0 && verbs.length > 0,
  );
}
