import type { Finding } from '../../manifests/finding';
import { isMap, listOf, valueAt } from '../../manifests/fields';
import { containersOf, type PodTemplate, podTemplateOf } from '../../manifests/pod-template';
import type { Rule } from '../rule';

type Located = Finding & { readonly field: string };

/**
 * Pods meet the Pod Security Standard "restricted", and their root file systems are read-only.
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export const podSecurity: Rule = {
  name: 'pod-security',
  check({ objects }) {
    return objects.flatMap((object) => {
      const template = podTemplateOf(object.manifest);
      if (!template || object.chart !== undefined) return [];
      return [...hostFindings(template), ...containerFindings(template)].map((found) => ({ object, ...found }));
    });
  },
};

/** What a pod shares with its node. */
function hostFindings({ field, spec }: PodTemplate): Located[] {
  const shared = ['hostNetwork', 'hostPID', 'hostIPC'].filter((key) => spec[key] === true);
  const volumes = listOf(spec['volumes']).flatMap((volume, index) => (isMap(valueAt(volume, 'hostPath')) ? [index] : []));
  return [
    ...shared.map((key) => ({
      field: `${field}.${key}`,
      message: 'must be false: the pod would share it with its node.',
      remedy: 'Remove it.',
    })),
    ...volumes.map((index) => ({
      field: `${field}.volumes[${index}].hostPath`,
      message: 'must not be used: the pod could read files of its node.',
      remedy: 'Use an emptyDir, a ConfigMap, a Secret or a PersistentVolumeClaim.',
    })),
  ];
}

/** A field of a container's securityContext, what it must be, and whether the pod's securityContext can set it for all containers. */
interface Requirement {
  readonly field: string;
  readonly met: (value: unknown) => boolean;
  readonly message: string;
  readonly remedy: string;
  readonly fromPod?: true;
}

const REQUIREMENTS: readonly Requirement[] = [
  {
    field: 'runAsNonRoot',
    met: (value) => value === true,
    message: 'must be true: the container may run as root.',
    remedy: 'Set it to true.',
    fromPod: true,
  },
  {
    field: 'runAsUser',
    met: (value) => value !== 0,
    message: 'must not be 0, which is root.',
    remedy: 'Use another user ID, or remove the field.',
    fromPod: true,
  },
  {
    field: 'seccompProfile',
    met: (value) => ['RuntimeDefault', 'Localhost'].includes(String(valueAt(value, 'type'))),
    message: 'must have the type RuntimeDefault or Localhost: the container may use every system call.',
    remedy: 'Set its type to RuntimeDefault.',
    fromPod: true,
  },
  {
    field: 'privileged',
    met: (value) => value !== true,
    message: 'must be false: a privileged container has the rights of root on its node.',
    remedy: 'Remove it.',
  },
  {
    field: 'allowPrivilegeEscalation',
    met: (value) => value === false,
    message: 'must be false: a process may gain more privileges than its parent.',
    remedy: 'Set it to false.',
  },
  {
    field: 'capabilities',
    met: (value) => listOf(valueAt(value, 'drop')).includes('ALL'),
    message: 'must drop ALL: the container keeps capabilities of root.',
    remedy: 'Set drop to [ALL].',
  },
  {
    field: 'readOnlyRootFilesystem',
    met: (value) => value === true,
    message: 'must be true: the container can write to its root file system.',
    remedy: 'Set it to true, and mount an emptyDir where the container writes.',
  },
];

function containerFindings(template: PodTemplate): Located[] {
  const podContext = valueAt(template.spec, 'securityContext');
  return containersOf(template).flatMap(({ field, container }) => {
    const context = container['securityContext'];
    return REQUIREMENTS.filter(
      (demand) => !demand.met(valueAt(context, demand.field) ?? (demand.fromPod && valueAt(podContext, demand.field))),
    ).map((demand) => ({ field: `${field}.securityContext.${demand.field}`, message: demand.message, remedy: demand.remedy }));
  });
}
