import { valueAt } from '../../manifests/fields';
import { containersOf, podTemplateOf } from '../../manifests/pod-template';
import type { Rule } from '../rule';

/** Every container of ours says how much it needs: what asks for nothing is put anywhere, and is the first to be killed. */
export const missingResources: Rule = {
  name: 'missing-resources',
  check({ objects }) {
    return objects.flatMap((object) => {
      const template = podTemplateOf(object.manifest);
      if (!template) return [];
      return containersOf(template).flatMap(({ field, container }) =>
        ['cpu', 'memory']
          // A pod may ask for all its containers together, since Kubernetes 1.34.
          .filter((resource) =>
            [container, template.spec].every((owner) => valueAt(owner, 'resources', 'requests', resource) === undefined),
          )
          .map((resource) => ({
            object,
            field: `${field}.resources.requests.${resource}`,
            message: `the container "${String(container['name'])}" does not say how much ${resource} it needs.`,
            remedy: `Add a request, such as ${resource}: ${resource === 'cpu' ? '50m' : '64Mi'}.`,
          })),
      );
    });
  },
};
