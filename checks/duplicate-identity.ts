import type { StagedObject } from '../constructs/contract';
import { formatReference } from '../constructs/contract';
import { groupOf, identityOf } from './identity';
import type { Rule } from './rule';

/** One object is described once: of two descriptions, the one that is applied last wins, and nobody sees it in a review. */
export const duplicateIdentity: Rule = {
  name: 'duplicate-identity',
  check(stages) {
    const first = new Map<string, StagedObject>();
    return stages
      .flatMap((stage) => stage.objects)
      .flatMap((object) => {
        const { kind, metadata } = object.manifest;
        const key = `${groupOf(object.manifest.apiVersion)} ${identityOf({ kind, ...metadata })}`;
        const earlier = first.get(key);
        if (!earlier) {
          first.set(key, object);
          return [];
        }
        const named = formatReference({ kind, namespace: metadata.namespace, name: metadata.name });
        return [
          {
            object,
            field: 'metadata.name',
            message: `${named} is also made by ${earlier.path}.`,
            remedy: 'Rename one of the two, or take one away.',
          },
        ];
      });
  },
};
