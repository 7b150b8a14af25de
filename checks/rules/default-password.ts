import { fieldOf } from '../../manifests/helm-release';
import { type ChartDefault, defaultsOf, isOpen } from '../../manifests/known-charts';
import type { Rule } from '../rule';

/** No release uses a password that its chart has by default, because it is public: it is replaced, or the component is disabled. */
export const defaultPassword: Rule = {
  name: 'default-password',
  check(environment) {
    return environment.objects.flatMap((object) => {
      const release = environment.releaseOf(object);
      if (!release) return [];
      return defaultsOf(release)
        .filter((known) => isOpen(known, release.values))
        .map((known) => ({
          object,
          field: `${fieldOf(release.places.values)}: ${known.value}`,
          message: message(known),
          remedy: known.remedy,
        }));
    });
  },
};

function message({ password, what }: ChartDefault): string {
  return password === undefined
    ? `must be false: ${what}.`
    : `must not be the default of the chart, which is public: it is the password of ${what}.`;
}
