import { listOf, valueAt } from '../../manifests/fields';
import { containersOf, type PodTemplate } from '../../manifests/pod-template';
import { gainedInPods } from '../pods';
import type { ReviewRule } from '../rule';

/** A pod shares files, network, processes or ports with its node. */
export const hostAccess: ReviewRule = {
  name: 'host-access',
  class: 'security',
  check: ({ changes }) => gainedInPods(changes, sharedWithNode),
};

function sharedWithNode(template: PodTemplate): string[] {
  const { spec } = template;
  const paths = listOf(spec['volumes']).map((volume) => valueAt(volume, 'hostPath', 'path'));
  const ports = containersOf(template).flatMap(({ container }) => listOf(container['ports']).map((port) => valueAt(port, 'hostPort')));
  return [
    ...['hostNetwork', 'hostPID', 'hostIPC']
      .filter((name) => spec[name] === true)
      .map((name) => `The pod has ${name}: it shares it with its node.`),
    ...paths.filter((path) => path !== undefined).map((path) => `The pod mounts ${String(path)} of its node (hostPath).`),
    ...ports
      .filter((port) => port !== undefined && port !== 0)
      .map((port) => `The pod listens on port ${String(port)} of its node (hostPort).`),
  ];
}
