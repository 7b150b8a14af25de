import type { FieldPath } from '../fields';
import { isEqual } from './equal';
import { isMap } from '../fields';
import { groupKindOf, type Kind } from '../manifest';

/** A field that the API server sets where it is left out: its path from the end of a rule's start, and the values. */
type Defaults = readonly (readonly [path: RegExp, value: unknown])[];

const POD: Defaults = [
  [/^restartPolicy$/, 'Always'],
  [/^dnsPolicy$/, 'ClusterFirst'],
  [/^terminationGracePeriodSeconds$/, 30],
  [/^schedulerName$/, 'default-scheduler'],
  [/^(?:hostNetwork|hostPID|hostIPC)$/, false],
  [/^enableServiceLinks$/, true],
  [/^securityContext$/, {}],
  [/^(?:initC|c)ontainers\.terminationMessagePath$/, '/dev/termination-log'],
  [/^(?:initC|c)ontainers\.terminationMessagePolicy$/, 'File'],
  [/^(?:initC|c)ontainers\.ports\.protocol$/, 'TCP'],
  [/^(?:initC|c)ontainers\.(?:stdin|stdinOnce|tty)$/, false],
  [/^(?:initC|c)ontainers\.resources$/, {}],
  [/^(?:initC|c)ontainers\.securityContext\.privileged$/, false],
  [/^(?:initC|c)ontainers\.\w+Probe\.timeoutSeconds$/, 1],
  [/^(?:initC|c)ontainers\.\w+Probe\.periodSeconds$/, 10],
  [/^(?:initC|c)ontainers\.\w+Probe\.successThreshold$/, 1],
  [/^(?:initC|c)ontainers\.\w+Probe\.failureThreshold$/, 3],
  [/^(?:initC|c)ontainers\.\w+Probe\.httpGet\.scheme$/, 'HTTP'],
  [/^(?:initC|c)ontainers\.env\.valueFrom\.fieldRef\.apiVersion$/, 'v1'],
  [/^(?:initC|c)ontainers\.volumeMounts\.readOnly$/, false],
  [/^volumes\.(?:secret|configMap|projected|downwardAPI)\.defaultMode$/, 420],
  [/^volumes\.hostPath\.type$/, ''],
];

const CLAIM: Defaults = [[/^volumeMode$/, 'Filesystem']];

function below(start: string, defaults: Defaults): Defaults {
  return defaults.map(([path, value]) => [new RegExp(`^${start}\\.${path.source.slice(1)}`), value]);
}

const TEMPLATE = below('spec\\.template\\.spec', POD);
const JOB: Defaults = [
  [/^spec\.(?:parallelism|completions)$/, 1],
  [/^spec\.backoffLimit$/, 6],
  [/^spec\.completionMode$/, 'NonIndexed'],
  [/^spec\.suspend$/, false],
  [/^spec\.podReplacementPolicy$/, 'TerminatingOrFailed'],
  ...TEMPLATE,
];
const ROLE_REF: Defaults = [[/^roleRef\.apiGroup$/, 'rbac.authorization.k8s.io']];
const ADMISSION: Defaults = [
  [/^spec\.failurePolicy$/, 'Fail'],
  [/^spec\.matchConstraints\.matchPolicy$/, 'Equivalent'],
  [/^spec\.matchConstraints\.(?:namespace|object)Selector$/, {}],
  [/^spec\.matchConstraints\.resourceRules\.scope$/, '*'],
];
const ROUTE: Defaults = [
  [/^spec\.parentRefs\.group$/, 'gateway.networking.k8s.io'],
  [/^spec\.parentRefs\.kind$/, 'Gateway'],
  [/^spec\.rules\.backendRefs\.group$/, ''],
  [/^spec\.rules\.backendRefs\.kind$/, 'Service'],
  [/^spec\.rules\.backendRefs\.weight$/, 1],
  [/^spec\.rules\.matches\.path\.type$/, 'PathPrefix'],
];

/** By kind. The paths have no indexes and keys of lists. https://kubernetes.io/docs/reference/kubernetes-api/ */
const DEFAULTS: Readonly<Record<string, Defaults>> = {
  Pod: below('spec', POD),
  Secret: [[/^type$/, 'Opaque']],
  ReplicationController: [[/^spec\.replicas$/, 1], ...TEMPLATE],
  Service: [
    [/^spec\.type$/, 'ClusterIP'],
    [/^spec\.sessionAffinity$/, 'None'],
    [/^spec\.internalTrafficPolicy$/, 'Cluster'],
    [/^spec\.publishNotReadyAddresses$/, false],
    [/^spec\.ports\.protocol$/, 'TCP'],
  ],
  PersistentVolumeClaim: below('spec', CLAIM),
  PersistentVolume: [...below('spec', CLAIM), [/^spec\.persistentVolumeReclaimPolicy$/, 'Retain'], [/^spec\.hostPath\.type$/, '']],
  'Deployment.apps': [
    [/^spec\.replicas$/, 1],
    [/^spec\.strategy$/, { type: 'RollingUpdate' }],
    [/^spec\.strategy\.type$/, 'RollingUpdate'],
    [/^spec\.strategy\.rollingUpdate\.max(?:Surge|Unavailable)$/, '25%'],
    [/^spec\.progressDeadlineSeconds$/, 600],
    [/^spec\.revisionHistoryLimit$/, 10],
    ...TEMPLATE,
  ],
  'DaemonSet.apps': [[/^spec\.updateStrategy\.type$/, 'RollingUpdate'], [/^spec\.revisionHistoryLimit$/, 10], ...TEMPLATE],
  'ReplicaSet.apps': [[/^spec\.replicas$/, 1], ...TEMPLATE],
  'StatefulSet.apps': [
    [/^spec\.replicas$/, 1],
    [/^spec\.podManagementPolicy$/, 'OrderedReady'],
    [/^spec\.updateStrategy\.type$/, 'RollingUpdate'],
    [/^spec\.revisionHistoryLimit$/, 10],
    [/^spec\.serviceName$/, ''],
    [/^spec\.persistentVolumeClaimRetentionPolicy\.when(?:Deleted|Scaled)$/, 'Retain'],
    ...TEMPLATE,
    ...below('spec\\.volumeClaimTemplates\\.spec', CLAIM),
  ],
  'Job.batch': JOB,
  'CronJob.batch': [
    [/^spec\.concurrencyPolicy$/, 'Allow'],
    [/^spec\.suspend$/, false],
    [/^spec\.successfulJobsHistoryLimit$/, 3],
    [/^spec\.failedJobsHistoryLimit$/, 1],
    ...below('spec\\.jobTemplate', JOB),
  ],
  'RoleBinding.rbac.authorization.k8s.io': ROLE_REF,
  'ClusterRoleBinding.rbac.authorization.k8s.io': ROLE_REF,
  'StorageClass.storage.k8s.io': [
    [/^reclaimPolicy$/, 'Delete'],
    [/^volumeBindingMode$/, 'Immediate'],
    [/^parameters$/, {}],
  ],
  'PriorityClass.scheduling.k8s.io': [
    [/^preemptionPolicy$/, 'PreemptLowerPriority'],
    [/^globalDefault$/, false],
  ],
  'CSIDriver.storage.k8s.io': [
    [/^spec\.attachRequired$/, true],
    [/^spec\.podInfoOnMount$/, false],
    [/^spec\.volumeLifecycleModes$/, ['Persistent']],
  ],
  'CustomResourceDefinition.apiextensions.k8s.io': [[/^spec\.conversion$/, { strategy: 'None' }]],
  'ValidatingAdmissionPolicy.admissionregistration.k8s.io': ADMISSION,
  'HTTPRoute.gateway.networking.k8s.io': ROUTE,
};

/** Whether leaving a field out means the same as this value of it. */
export function isDefault(object: Kind, path: FieldPath, value: unknown): boolean {
  const defaults = DEFAULTS[groupKindOf(object)];
  if (!defaults) return false;
  const names = path.filter((part): part is string => typeof part === 'string' && !part.startsWith('['));
  return isDefaultBelow(defaults, names, value);
}

/** A map means the same as none if all of its fields do. */
function isDefaultBelow(defaults: Defaults, names: readonly string[], value: unknown): boolean {
  const text = names.join('.');
  if (defaults.some(([path, known]) => path.test(text) && isEqual(known, value))) return true;
  const entries = isMap(value) ? Object.entries(value) : [];
  return entries.length > 0 && entries.every(([name, inner]) => isDefaultBelow(defaults, [...names, name], inner));
}
