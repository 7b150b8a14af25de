import { type Reference, formatReference, identityOf } from '../../manifests/reference';
import type { Finding } from '../../manifests/finding';
import type { KnownObjects } from '../../manifests/references/known-objects';
import type { Rule, RuleFinding } from '../rule';

/** Every object that is referred to by name is in dist/, created by an object of dist/, or declared as a need of the installer. */
export const missingReference: Rule = {
  name: 'missing-reference',
  check(environment) {
    return environment.objects.flatMap((object) => {
      const reported = new Set<string>();
      return environment.referencesOf(object).flatMap(({ field, reference }): RuleFinding[] => {
        const finding = findingAbout(reference, environment.known);
        if (!finding) return [];
        // A chart's values and the contract's `reads` name the same object, and two containers often read one Secret: report it once.
        const key = `${identityOf(reference)} ${finding.message}`;
        if (reported.has(key)) return [];
        reported.add(key);
        return [{ object, field: `${field} ${formatReference({ ...reference, keys: [] })}`, ...finding }];
      });
    });
  },
};

function findingAbout(reference: Reference, known: KnownObjects): Finding | undefined {
  const { exists, missingKeys, listsKeys } = known.find(reference);
  if (!exists) {
    const nearest = known.nearest(reference);
    const remedy = nearest ? `Did you mean ${formatReference({ ...nearest, keys: [] })}?` : 'Add it, or declare it in `makes` or `needs`.';
    return { message: `must be a ${reference.kind} that this environment creates; got "${reference.name}".`, remedy };
  }
  if (missingKeys.length === 0) return undefined;
  const keys = missingKeys.map((key) => `"${key}"`).join(' and ');
  return listsKeys
    ? { message: `must be a ${reference.kind} with the key ${keys}; it has other keys.`, remedy: 'Use one of its keys, or add this key.' }
    : {
        message: `must be a ${reference.kind} that is known to contain the key ${keys}; none of its keys are declared.`,
        remedy: 'Add the key to `makes` or `needs` where it is declared.',
      };
}
