import type { Finding } from '../../manifests/finding';
import { isMap, listOf, valueAt } from '../../manifests/fields';
import { containersOf, type PodTemplate, podTemplateOf } from '../../manifests/pod-template';
import type { Rule } from '../rule';

type Located = Finding & { readonly field: string };

/**
 * A pod of ours has no rights that it can do without: what Kubernetes calls "restricted", and a root file system that nobody can write to.
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export const podSecurity: Rule = {
  name: 'pod-security',
  check({ objects }) {
    return objects.flatMap((object) => {
      const template = podTemplateOf(object.manifest);
      if (!template) return [];
      return [...hostFindings(template), ...containerFindings(template)].map((found) => ({ object, ...found }));
    });
  },
};

/** What a pod shares with its node. */
function hostFindings({ field, spec }: PodTemplate): Located[] {
  const shared = ['hostNetwork', 'hostPID', 'hostIPC'].filter((key) => spec[key] === true);
  const volumes = listOf(spec['volumes']).flatMap((volume, index) => (isMap(valueAt(volume, 'hostPath')) ? [index] : []));
  return [
    ...shared.map((key) => ({ field: `${field}.${key}`, message: 'the pod would share this with its node.', remedy: 'Leave it out.' })),
    ...volumes.map((index) => ({
      field: `${field}.volumes[${index}].hostPath`,
      message: "the pod would have its node's files.",
      remedy: 'Use an emptyDir, a ConfigMap, a Secret or a PersistentVolumeClaim.',
    })),
  ];
}

/** A field of a container's securityContext, what it has to be, and whether the pod can say it for all its containers. */
interface Demand {
  readonly field: string;
  readonly met: (value: unknown) => boolean;
  readonly message: string;
  readonly remedy: string;
  readonly fromPod?: true;
}

const DEMANDS: readonly Demand[] = [
  {
    field: 'runAsNonRoot',
    met: (value) => value === true,
    message: 'the container may run as root.',
    remedy: 'Set it to true.',
    fromPod: true,
  },
  {
    field: 'runAsUser',
    met: (value) => value !== 0,
    message: 'user 0 is root.',
    remedy: 'Use another, or leave it to the image.',
    fromPod: true,
  },
  {
    field: 'seccompProfile',
    met: (value) => ['RuntimeDefault', 'Localhost'].includes(String(valueAt(value, 'type'))),
    message: 'the container may use every system call.',
    remedy: 'Set its type to RuntimeDefault.',
    fromPod: true,
  },
  {
    field: 'privileged',
    met: (value) => value !== true,
    message: 'the container would be as good as root on its node.',
    remedy: 'Leave it out.',
  },
  {
    field: 'allowPrivilegeEscalation',
    met: (value) => value === false,
    message: 'the container may get more rights than it starts with.',
    remedy: 'Set it to false.',
  },
  {
    field: 'capabilities',
    met: (value) => listOf(valueAt(value, 'drop')).includes('ALL'),
    message: 'the container keeps capabilities of root.',
    remedy: 'Set drop to [ALL].',
  },
  {
    field: 'readOnlyRootFilesystem',
    met: (value) => value === true,
    message: 'the container can change the files of its image.',
    remedy: 'Set it to true, and mount an emptyDir where it has to write.',
  },
];

function containerFindings(template: PodTemplate): Located[] {
  const podContext = valueAt(template.spec, 'securityContext');
  return containersOf(template).flatMap(({ field, container }) => {
    const context = container['securityContext'];
    return DEMANDS.filter(
      (demand) => !demand.met(valueAt(context, demand.field) ?? (demand.fromPod && valueAt(podContext, demand.field))),
    ).map((demand) => ({ field: `${field}.securityContext.${demand.field}`, message: demand.message, remedy: demand.remedy }));
  });
}
