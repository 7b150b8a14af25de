import { formatReference } from '../constructs/contract';
import type { Finding } from '../constructs/problem';
import { Inventory } from './inventory';
import type { FoundReference } from './references';
import { referencesOf } from './references';
import type { Rule } from './rule';

/** What an object calls by name is in dist, comes of something in dist, or has been asked of the installer: nothing waits for ever. */
export const missingReference: Rule = {
  name: 'missing-reference',
  check(stages) {
    const inventory = new Inventory(stages);
    return stages
      .flatMap((stage) => stage.objects)
      .flatMap((object) =>
        referencesOf(object.manifest).flatMap((found) => {
          const finding = findingAbout(found, inventory);
          return finding ? [{ object, field: `${found.field} ${formatReference({ ...found.reference, keys: [] })}`, ...finding }] : [];
        }),
      );
  },
};

function findingAbout({ reference }: FoundReference, inventory: Inventory): Finding | undefined {
  const { exists, missingKeys } = inventory.find(reference);
  if (missingKeys.length > 0) {
    const keys = missingKeys.map((key) => `"${key}"`).join(' and ');
    return { message: `this ${reference.kind} has no key ${keys}.`, remedy: 'Use a key that it has, or add this one.' };
  }
  if (exists) return undefined;
  const nearest = inventory.nearest(reference);
  const hint = nearest ? `There is ${formatReference({ ...nearest, keys: [] })}.` : 'Add it, or say who makes it.';
  return { message: `nothing makes this ${reference.kind}.`, remedy: hint };
}
