import type { Release } from '../../manifests/helm-release';
import { type Default, defaultsOf } from '../../manifests/known-charts';
import { valueAt } from '../../manifests/fields';
import type { Rule } from '../rule';

/** A password that is written in a chart is known to everybody: it is set to another, or what it opens is switched off. */
export const defaultPassword: Rule = {
  name: 'default-password',
  check(manifests) {
    return manifests.objects.flatMap((object) => {
      const chart = manifests.chartOf(object);
      if (!chart) return [];
      return defaultsOf(chart)
        .filter((known) => isOpen(known, chart))
        .map((known) => ({ object, field: `${chart.valuesField}: ${known.value}`, message: message(known), remedy: known.remedy }));
    });
  },
};

function isOpen({ value, password, off }: Default, { values }: Release): boolean {
  if (off(values)) return false;
  const given = valueAt(values, ...value.split('.'));
  if (password === undefined) return given !== false;
  return given === undefined || given === null || given === '' || given === password;
}

function message({ password, what }: Default): string {
  return password === undefined ? `${what}.` : `${what} has the password that is in the chart for everybody to read.`;
}
