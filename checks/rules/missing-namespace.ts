import { namespacesOf } from '../../manifests/references/namespaces';
import type { Rule, RuleFinding } from '../rule';

/** A namespace that is used is created: by something in dist, by the installer who has been asked, or by Kubernetes itself. */
export const missingNamespace: Rule = {
  name: 'missing-namespace',
  check({ objects, known }) {
    return objects.flatMap((object) =>
      namespacesOf(object.manifest).flatMap(({ field, reference }): RuleFinding[] => {
        if (known.find(reference).exists) return [];
        const nearest = known.nearest(reference);
        return [
          {
            object,
            field,
            message: `nothing creates the namespace "${reference.name}".`,
            remedy: nearest ? `There is "${nearest.name}".` : 'Create it, or ask the installer for it.',
          },
        ];
      }),
    );
  },
};
