import { type Contract, contractAnnotations } from '../../manifests/contract';
import { type Manifest, formatKey, keyOf } from '../../manifests/manifest';
import type { Stage } from '../../manifests/stage';
import { EnvironmentObjects } from '../../manifests/environment-objects';
import type { Rule } from '../../checks/rule';

/** A stage with these objects. An object's path is the stage and its own name, as it is in the construct tree. */
export function stage(name: string, ...manifests: readonly Manifest[]): Stage {
  return { name, objects: manifests.map((manifest) => ({ path: `${name}/${manifest.metadata.name}`, manifest })) };
}

/** What a rule finds in these stages, or in these objects of one stage: the object, the field, the message and the remedy. */
export function findings(rule: Rule, ...given: readonly (Stage | Manifest)[]): string[] {
  const stages = given.map((one, index) => ('kind' in one ? stage(`${index}-stage`, one as Manifest) : (one as Stage)));
  return rule
    .check(new EnvironmentObjects(stages))
    .map(
      ({ object, field, message, remedy }) =>
        `${formatKey(keyOf(object.manifest))} ${field === '' ? '' : `${field} `}| ${message} | ${remedy}`,
    );
}

type Fields = Readonly<Record<string, unknown>>;

/** An object of a kind of v1, `[namespace/]name`. */
export function object(apiVersion: string, kind: string, place: string, fields: Fields = {}, contract: Contract = {}): Manifest {
  const [name = '', namespace] = place.split('/').reverse();
  return { apiVersion, kind, metadata: { name, ...(namespace && { namespace }), annotations: contractAnnotations(contract) }, ...fields };
}

export function namespace(name: string): Manifest {
  return object('v1', 'Namespace', name);
}

export function secret(place: string, ...keys: readonly string[]): Manifest {
  return object('v1', 'Secret', place, { data: Object.fromEntries(keys.map((key) => [key, 'eA=='])) });
}

/** A container that no rule has anything to say about. */
export const goodContainer = {
  name: 'main',
  image: 'registry.example.org:5000/team/program:1.2.3',
  resources: { requests: { cpu: '50m', memory: '64Mi' } },
  securityContext: {
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    readOnlyRootFilesystem: true,
  },
};

/** A Deployment with one container, which is good but for these fields, in a pod with these. */
export function deployment(container: Fields = {}, pod: Fields = {}, name = 'program'): Manifest {
  return object('apps/v1', 'Deployment', name, {
    spec: { template: { spec: { containers: [{ ...goodContainer, ...container }], ...pod } } },
  });
}

export function helmChart(spec: Fields, contract: Contract = {}, place = 'kube-system/release'): Manifest {
  const wanted = { chart: 'oci://registry.example.org/charts/program', version: '1.2.3', targetNamespace: 'apps', ...spec };
  return object('helm.cattle.io/v1', 'HelmChart', place, { spec: wanted }, contract);
}
