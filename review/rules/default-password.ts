import type { InstalledRelease } from '../../manifests/helm-release';
import { fieldOf } from '../../manifests/helm-release';
import { defaultsOf, isOpen } from '../../manifests/known-charts';
import type { ReviewRule } from '../rule';

/** A release uses a password that its chart has by default, which is public, or an access that needs none. */
export const defaultPassword: ReviewRule = {
  name: 'default-password',
  class: 'security',
  check({ before, after, changes }) {
    return changes.flatMap((change) => {
      const release = change.after && after.releaseOf(change.after);
      if (!release) return [];
      const old = change.before && before.releaseOf(change.before);
      const known = new Set(old ? openValues(old).map(({ value }) => value) : []);
      return openValues(release)
        .filter(({ value }) => !known.has(value))
        .map(({ value, what, password, remedy }) => ({
          change,
          field: `${fieldOf(release.places.values)}: ${value}`,
          message: `${password === undefined ? `Open: ${what}` : `The chart's public default is the password of ${what}`}. ${remedy}`,
        }));
    });
  },
};

function openValues(release: InstalledRelease): ReturnType<typeof defaultsOf> {
  return defaultsOf(release).filter((known) => isOpen(known, release.values));
}
