import type { StagedObject } from '../../manifests/stage';
import { groupOf, formatKey, keyOf } from '../../manifests/manifest';
import { identityOf } from '../../manifests/reference';
import type { Rule, RuleFinding } from '../rule';

/** One object is described once: of two descriptions, the one that is applied last wins, and nobody sees it in a review. */
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
          message: `${formatKey(keyOf(object.manifest))} is also made by ${earlier.path}.`,
          remedy: 'Rename one of the two, or take one away.',
        },
      ];
    });
  },
};
