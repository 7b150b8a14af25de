import { groupOf } from './manifest';

/**
 * The kinds that every API server stores, by group and version. https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/
 * Stable versions only, because alpha and beta versions are disabled by default or removed later. Kinds that are not stored (reviews,
 * evictions) are not manifests.
 */
const BUILT_IN: Readonly<Record<string, string>> = {
  v1: 'ConfigMap Endpoints Event LimitRange Namespace Node PersistentVolume PersistentVolumeClaim Pod PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount',
  'admissionregistration.k8s.io/v1':
    'MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration',
  'apiextensions.k8s.io/v1': 'CustomResourceDefinition',
  'apiregistration.k8s.io/v1': 'APIService',
  'apps/v1': 'ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet',
  'autoscaling/v1': 'HorizontalPodAutoscaler',
  'autoscaling/v2': 'HorizontalPodAutoscaler',
  'batch/v1': 'CronJob Job',
  'certificates.k8s.io/v1': 'CertificateSigningRequest',
  'coordination.k8s.io/v1': 'Lease',
  'discovery.k8s.io/v1': 'EndpointSlice',
  'events.k8s.io/v1': 'Event',
  'flowcontrol.apiserver.k8s.io/v1': 'FlowSchema PriorityLevelConfiguration',
  'networking.k8s.io/v1': 'IPAddress Ingress IngressClass NetworkPolicy ServiceCIDR',
  'node.k8s.io/v1': 'RuntimeClass',
  'policy/v1': 'PodDisruptionBudget',
  'rbac.authorization.k8s.io/v1': 'ClusterRole ClusterRoleBinding Role RoleBinding',
  'resource.k8s.io/v1': 'DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice',
  'scheduling.k8s.io/v1': 'PriorityClass',
  'storage.k8s.io/v1': 'CSIDriver CSINode CSIStorageCapacity StorageClass VolumeAttachment VolumeAttributesClass',
};

const KINDS = new Map(Object.entries(BUILT_IN).map(([apiVersion, kinds]) => [apiVersion, new Set(kinds.split(' '))]));

/** Whether every API server serves this kind. */
export function isBuiltIn(apiVersion: string, kind: string): boolean {
  return KINDS.get(apiVersion)?.has(kind) ?? false;
}

/** The apiVersions under which Kubernetes serves a kind of this name. */
export function builtInVersions(kind: string): string[] {
  return [...KINDS].filter(([, kinds]) => kinds.has(kind)).map(([apiVersion]) => apiVersion);
}

/** Kubernetes' own kinds that are in no namespace. */
const CLUSTER_SCOPED = new Set(
  [
    'Namespace Node PersistentVolume',
    'MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration',
    'ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration',
    'CustomResourceDefinition APIService CertificateSigningRequest FlowSchema PriorityLevelConfiguration',
    'IPAddress IngressClass ServiceCIDR RuntimeClass ClusterRole ClusterRoleBinding DeviceClass ResourceSlice PriorityClass',
    'CSIDriver CSINode StorageClass VolumeAttachment VolumeAttributesClass',
  ].flatMap((kinds) => kinds.split(' ')),
);

/** Custom kinds in no namespace that a platform like this one refers to by name, with their groups. */
const CLUSTER_SCOPED_CUSTOM: ReadonlyMap<string, string> = new Map([
  ['ClusterIssuer', 'cert-manager.io'],
  ['GatewayClass', 'gateway.networking.k8s.io'],
]);

/** Whether objects of this kind are in no namespace. A reference names no apiVersion; a custom kind that is not listed counts as namespaced. */
export function isClusterScoped({ apiVersion, kind }: { readonly apiVersion?: string; readonly kind: string }): boolean {
  const group = CLUSTER_SCOPED_CUSTOM.get(kind);
  if (group !== undefined) return apiVersion === undefined || groupOf(apiVersion) === group;
  return CLUSTER_SCOPED.has(kind) && (apiVersion === undefined || isBuiltIn(apiVersion, kind));
}
