import { groupOf } from './identity';
import { Inventory } from './inventory';
import type { Rule } from './rule';

/** The groups that every API server serves. https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/ */
const BUILT_IN = [
  '',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
];

/** Every object is of a kind that somebody serves: Kubernetes, a definition in dist, a chart in dist, or the cluster by agreement. */
export const unservedKind: Rule = {
  name: 'unserved-kind',
  check(stages) {
    const inventory = new Inventory(stages);
    return stages
      .flatMap((stage) => stage.objects)
      .filter(({ manifest: { apiVersion, kind } }) => {
        const group = groupOf(apiVersion);
        return !BUILT_IN.includes(group) && !inventory.serves(group, apiVersion.slice(group.length + 1), kind);
      })
      .map((object) => ({
        object,
        field: 'kind',
        message: `nothing in this environment serves ${object.manifest.apiVersion} ${object.manifest.kind}.`,
        remedy: 'Add the operator or the definition that brings this kind, or leave this object out.',
      }));
  },
};
