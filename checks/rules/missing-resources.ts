import { valueAt } from '../../manifests/fields';
import { containersOf, podTemplateOf } from '../../manifests/pod-template';
import type { Rule } from '../rule';

/** Every container requests cpu and memory. A pod without requests is scheduled on any node and evicted first. */
export const missingResources: Rule = {
  name: 'missing-resources',
  check({ objects }) {
    return objects.flatMap((object) => {
      const template = podTemplateOf(object.manifest);
      if (!template || object.chart !== undefined) return [];
      return containersOf(template).flatMap(({ field, container }) =>
        ['cpu', 'memory']
          // Since Kubernetes 1.34 a pod can have requests for all its containers together.
          .filter((resource) =>
            [container, template.spec].every((owner) => valueAt(owner, 'resources', 'requests', resource) === undefined),
          )
          .map((resource) => ({
            object,
            field: `${field}.resources.requests.${resource}`,
            message: `must be set for the container "${String(container['name'])}"; got none.`,
            remedy: `Add a request, such as ${resource}: ${resource === 'cpu' ? '50m' : '64Mi'}.`,
          })),
      );
    });
  },
};
