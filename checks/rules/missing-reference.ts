import { type Reference, formatReference, identityOf } from '../../manifests/reference';
import type { Finding } from '../../manifests/finding';
import type { KnownObjects } from '../../manifests/references/known-objects';
import type { Rule, RuleFinding } from '../rule';

/** What an object calls by name is in dist, comes of something in dist, or has been asked of the installer: nothing waits for ever. */
export const missingReference: Rule = {
  name: 'missing-reference',
  check(manifests) {
    return manifests.objects.flatMap((object) => {
      const told = new Set<string>();
      return manifests.referencesOf(object).flatMap(({ field, reference }): RuleFinding[] => {
        const finding = findingAbout(reference, manifests.known);
        if (!finding) return [];
        // A chart's values and the contract's `reads` say the same thing twice, and two containers often read one Secret: it is missing once.
        const once = `${identityOf(reference)} ${finding.message}`;
        if (told.has(once)) return [];
        told.add(once);
        return [{ object, field: `${field} ${formatReference({ ...reference, keys: [] })}`, ...finding }];
      });
    });
  },
};

function findingAbout(reference: Reference, inventory: KnownObjects): Finding | undefined {
  const { exists, missingKeys, listsKeys } = inventory.find(reference);
  if (!exists) {
    const nearest = inventory.nearest(reference);
    const remedy = nearest ? `There is ${formatReference({ ...nearest, keys: [] })}.` : 'Add it, or say who makes it.';
    return { message: `nothing makes this ${reference.kind}.`, remedy };
  }
  if (missingKeys.length === 0) return undefined;
  const keys = missingKeys.map((key) => `"${key}"`).join(' and ');
  return listsKeys
    ? { message: `this ${reference.kind} has no key ${keys}.`, remedy: 'Use a key that it has, or add this one.' }
    : { message: `nobody says that this ${reference.kind} has the key ${keys}.`, remedy: 'Name its keys where it is made or asked for.' };
}
