import { isMap } from '../../manifests/fields';
import type { Manifest } from '../../manifests/manifest';
import { PUBLIC_SECRET_KEYS } from '../../manifests/secret-keys';
import type { ReviewRule } from '../rule';

/** A Secret has data in it that is new or was changed: everyone who can read the repository can read it. Values are not shown. */
export const secretData: ReviewRule = {
  name: 'secret-data',
  class: 'security',
  check({ changes }) {
    return changes.flatMap((change) => {
      const after = change.after?.manifest;
      if (after?.kind !== 'Secret' || after.apiVersion !== 'v1' || change.after?.chart !== undefined) return [];
      const before = change.before?.manifest;
      return ['data', 'stringData'].flatMap((field) => {
        const [old, next] = [before && entriesOf(before, field), entriesOf(after, field)];
        const keys = Object.keys(next).filter((key) => next[key] !== old?.[key] && !PUBLIC_SECRET_KEYS.includes(key));
        return keys.map((key) => ({
          change,
          field: `${field}.${key}`,
          message:
            'The value is in git: everyone who can read the repository has it. Have an operator generate it, or declare it as a need.',
        }));
      });
    });
  },
};

function entriesOf(secret: Manifest, field: string): Readonly<Record<string, unknown>> {
  const entries = secret[field];
  return isMap(entries) ? entries : {};
}
