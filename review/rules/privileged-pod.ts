import { listOf, valueAt } from '../../manifests/fields';
import { containersOf, type PodContainer } from '../../manifests/pod-template';
import { gainedInPods } from '../pods';
import type { ReviewRule } from '../rule';

/** A container is privileged, may gain privileges, or has more capabilities. */
export const privilegedPod: ReviewRule = {
  name: 'privileged-pod',
  class: 'security',
  check: ({ changes }) => gainedInPods(changes, (template) => containersOf(template).flatMap(privileges)),
};

function privileges({ container }: PodContainer): string[] {
  const context = container['securityContext'];
  const name = String(container['name']);
  return [
    ...(valueAt(context, 'privileged') === true ? [`Container ${name} is privileged: it has the rights of root on its node.`] : []),
    ...(valueAt(context, 'allowPrivilegeEscalation') === true
      ? [`Container ${name} may gain more privileges than its parent process.`]
      : []),
    ...listOf(valueAt(context, 'capabilities', 'add')).map((capability) => `Container ${name} has the capability ${String(capability)}.`),
  ];
}
