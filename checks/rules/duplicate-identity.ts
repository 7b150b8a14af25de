import type { StagedObject } from '../../manifests/stage';
import { groupOf, formatKey, keyOf } from '../../manifests/manifest';
import { identityOf } from '../../manifests/reference';
import type { Rule, RuleFinding } from '../rule';

/** Every object is declared once. Of two declarations, the one that is applied last wins, which a review does not show. */
export const duplicateIdentity: Rule = {
  name: 'duplicate-identity',
  check({ objects }) {
    const first = new Map<string, StagedObject>();
    return objects.flatMap((object): RuleFinding[] => {
      const { apiVersion, kind, metadata } = object.manifest;
      const key = `${groupOf(apiVersion)} ${identityOf({ kind, ...metadata })}`;
      const earlier = first.get(key);
      if (!earlier) {
        first.set(key, object);
        return [];
      }
      return [
        {
          object,
          field: 'metadata.name',
          message: `must be unique; ${formatKey(keyOf(object.manifest))} is also declared by ${earlier.path}.`,
          remedy: 'Rename or remove one of the two.',
        },
      ];
    });
  },
};
