import { environmentChanges } from './environment-change';
import type { ObjectChange } from './object-change';
import type { ReviewFinding } from './rule';
import { rules } from './rules';
import type { Tree } from './tree';

/** What differs between two versions of what is in dist. */
export interface Review {
  /** What needs a decision, most urgent first. */
  readonly findings: readonly ReviewFinding[];
  /** Every object that differs, once, by environment. */
  readonly changes: readonly ObjectChange[];
}

export function review(before: Tree, after: Tree): Review {
  const environments = environmentChanges(before, after);
  return {
    findings: rules.flatMap((rule) =>
      environments.flatMap((environment) => rule.check(environment).map((finding) => ({ rule: rule.name, class: rule.class, ...finding }))),
    ),
    changes: environments.flatMap(({ changes }) => changes),
  };
}
