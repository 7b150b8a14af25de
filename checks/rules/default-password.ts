import { fieldOf, type Release } from '../../manifests/helm-release';
import { type ChartDefault, defaultsOf } from '../../manifests/known-charts';
import { valueAt } from '../../manifests/fields';
import type { Rule } from '../rule';

/** No release uses a password that its chart has by default, because it is public: it is replaced, or the component is disabled. */
export const defaultPassword: Rule = {
  name: 'default-password',
  check(environment) {
    return environment.objects.flatMap((object) => {
      const release = environment.releaseOf(object);
      if (!release) return [];
      return defaultsOf(release)
        .filter((known) => isOpen(known, release))
        .map((known) => ({
          object,
          field: `${fieldOf(release.places.values)}: ${known.value}`,
          message: message(known),
          remedy: known.remedy,
        }));
    });
  },
};

function isOpen({ value, password, off }: ChartDefault, { values }: Release): boolean {
  if (off(values)) return false;
  const given = valueAt(values, ...value.split('.'));
  if (password === undefined) return given !== false;
  return given === undefined || given === null || given === '' || given === password;
}

function message({ password, what }: ChartDefault): string {
  return password === undefined
    ? `must be false: ${what}.`
    : `must not be the default of the chart, which is public: it is the password of ${what}.`;
}
