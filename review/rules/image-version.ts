import { usedImages } from '../images';
import { isUpdate } from '../object-change';
import { releaseNotesOf } from '../release-notes';
import type { ReviewRule } from '../rule';
import { stepBetween } from '../version-step';

/** An image has another version. */
export const imageVersion: ReviewRule = {
  name: 'image-version',
  class: 'versions',
  check({ before, after, changes }) {
    return changes.filter(isUpdate).flatMap((change) => {
      const old = versionsOf(usedImages(change.before.manifest, before.releaseOf(change.before)));
      const next = versionsOf(usedImages(change.after.manifest, after.releaseOf(change.after)));
      return [...next].flatMap(([repository, versions]) => {
        const earlier = old.get(repository) ?? replacedBy(repository, old, next);
        const gained = [...versions].filter((version) => !earlier?.has(version));
        const lost = [...(earlier ?? [])].filter((version) => !versions.has(version));
        if (gained.length === 0 || lost.length === 0) return [];
        const [from, to] = [lost, gained].map((list) => list.sort().join(', '));
        const message = `Image ${repository}: ${from} -> ${to}${stepBetween(lost[0], gained[0])}.${releaseNotesOf(repository, gained[0])}`;
        return [{ change, field: '', message }];
      });
    });
  },
};

type Versions = ReadonlyMap<string, ReadonlySet<string>>;

function versionsOf(images: ReturnType<typeof usedImages>): Versions {
  const found = new Map<string, Set<string>>();
  for (const { repository, version } of images) found.set(repository, (found.get(repository) ?? new Set()).add(version));
  return found;
}

/** An image of the same name from another place, which the object no longer uses. */
function replacedBy(repository: string, old: Versions, next: Versions): ReadonlySet<string> | undefined {
  const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  const [name, versions] = [...old].find(([other]) => !next.has(other) && nameOf(other) === nameOf(repository)) ?? [];
  return name === undefined || !versions ? undefined : new Set([...versions].map((version) => `${name}:${version}`));
}
