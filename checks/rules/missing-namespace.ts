import { namespacesOf } from '../../manifests/references/namespaces';
import type { Rule, RuleFinding } from '../rule';

/** Every namespace that is used is created by this environment, declared as a need of the installer, or one of Kubernetes' own. */
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
            message: `must be a namespace that this environment creates; got "${reference.name}".`,
            remedy: nearest ? `Did you mean "${nearest.name}"?` : 'Create it, or declare it as a need of the installer (needs).',
          },
        ];
      }),
    );
  },
};
