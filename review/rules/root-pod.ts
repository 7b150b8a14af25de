import { valueAt } from '../../manifests/fields';
import { containersOf, type PodTemplate } from '../../manifests/pod-template';
import { gainedInPods } from '../pods';
import type { ReviewRule } from '../rule';

/** A container may run as root, which it could not before. */
export const rootPod: ReviewRule = {
  name: 'root-pod',
  class: 'security',
  check: ({ changes }) => gainedInPods(changes, rootContainers),
};

function rootContainers(template: PodTemplate): string[] {
  const pod = template.spec['securityContext'];
  return containersOf(template).flatMap(({ container }) => {
    const setting = (name: string): unknown => valueAt(container['securityContext'], name) ?? valueAt(pod, name);
    const user = setting('runAsUser');
    const isRoot = user === 0 || (setting('runAsNonRoot') !== true && typeof user !== 'number');
    return isRoot ? [`Container ${String(container['name'])} may run as root.`] : [];
  });
}
