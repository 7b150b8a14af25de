import type { Manifest } from '../manifest';
import type { Reference } from '../reference';
import { isMap, listOf, valueAt } from '../fields';
import { hasIssuer } from './provided';

type Read = (value: unknown, owner: Manifest) => Reference[];

/** Kinds whose field `service` refers to a Service. In others it configures one. */
const NAME_A_SERVICE = ['APIService', 'Ingress', 'MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

/**
 * By the name of a field: what its value refers to. These names mean the same in pods, Ingresses, the Gateway API's and PGO's objects.
 * StorageClasses, PriorityClasses and Nodes belong to the cluster and are not checked.
 */
export const REFERRING_FIELDS: Readonly<Record<string, Read>> = {
  // Pods, and kinds with the fields of a pod.
  secretKeyRef: (value) => fromKeySelector('Secret', value),
  configMapKeyRef: (value) => fromKeySelector('ConfigMap', value),
  secretRef: (value) => fromObject('Secret', value),
  configMapRef: (value) => fromObject('ConfigMap', value),
  secret: (value) => fromVolumeSource('Secret', value),
  configMap: (value) => fromVolumeSource('ConfigMap', value),
  persistentVolumeClaim: (value) => referenceTo('PersistentVolumeClaim', valueAt(value, 'claimName')),
  serviceAccountName: (value) => referenceTo('ServiceAccount', value),
  imagePullSecrets: (value) => fromEachObject('Secret', value),
  serviceName: (value, owner) => (owner.kind === 'StatefulSet' ? referenceTo('Service', value) : []),
  scaleTargetRef: (value) => fromObject('Deployment', value),

  // Ingresses, routes and Gateways.
  ingressClassName: (value) => referenceTo('IngressClass', value),
  service: (value, owner) => (NAME_A_SERVICE.includes(owner.kind) ? fromObject('Service', value) : []),
  tls: (value, owner) => (owner.kind === 'Ingress' && !hasIssuer(owner) ? listOf(value).flatMap(fromTls) : []),
  backendRefs: (value) => fromEachObject('Service', value),
  parentRefs: (value) => fromEachObject('Gateway', value),
  certificateRefs: (value) => fromEachObject('Secret', value),
  issuerRef: (value) => fromObject('Issuer', value),
  'cert-manager.io/cluster-issuer': (value) => referenceTo('ClusterIssuer', value),
  'cert-manager.io/issuer': (value) => referenceTo('Issuer', value),

  // RBAC and admission policies.
  roleRef: (value) => (isBuiltInRole(value) ? [] : fromObject('Role', value)),
  subjects: (value) => fromEachObject('ServiceAccount', value).filter(({ kind }) => kind === 'ServiceAccount'),
  policyName: (value, owner) => (owner.kind === 'ValidatingAdmissionPolicyBinding' ? referenceTo('ValidatingAdmissionPolicy', value) : []),

  // PGO's PostgresCluster.
  customTLSSecret: (value) => fromVolumeSource('Secret', value),
  customReplicationTLSSecret: (value) => fromVolumeSource('Secret', value),
  databaseInitSQL: (value) => fromKeySelector('ConfigMap', value),
  pvcName: (value) => referenceTo('PersistentVolumeClaim', value),
  postgresCluster: (value) => referenceTo('PostgresCluster', valueAt(value, 'clusterName'), valueAt(value, 'clusterNamespace')),

  // Flux' HelmRelease, Kustomization and sources.
  sourceRef: (value) => fromObject('GitRepository', value),
  chartRef: (value) => fromObject('OCIRepository', value),
  certSecretRef: (value) => fromObject('Secret', value),
  proxySecretRef: (value) => fromObject('Secret', value),
  valuesFrom: (value) =>
    listOf(value).flatMap((item) => {
      const [key = 'values.yaml'] = texts([valueAt(item, 'valuesKey')]);
      return fromObject('Secret', item).map((reference) => withKeys(reference, [key]));
    }),

  // k3s' HelmChart.
  authSecret: (value) => fromObject('Secret', value),
  dockerRegistrySecret: (value) => fromObject('Secret', value),
  repoCAConfigMap: (value) => fromObject('ConfigMap', value),
  valuesSecrets: (value) =>
    listOf(value).flatMap((item) => {
      const keys = texts(valueAt(item, 'keys'));
      return valueAt(item, 'ignoreUpdates') === true ? [] : fromObject('Secret', item).map((reference) => withKeys(reference, keys));
    }),
};

/** A name, optionally with a namespace. */
function referenceTo(kind: string, name: unknown, namespace?: unknown): Reference[] {
  if (typeof name !== 'string' || name === '') return [];
  return [{ kind, name, ...(typeof namespace === 'string' && { namespace }) }];
}

/** `{ name, namespace?, kind? }`, unless it is optional. */
function fromObject(kind: string, value: unknown): Reference[] {
  if (!isMap(value) || value['optional'] === true) return [];
  return referenceTo(typeof value['kind'] === 'string' ? value['kind'] : kind, value['name'], value['namespace']);
}

function fromEachObject(kind: string, value: unknown): Reference[] {
  return listOf(value).flatMap((item) => fromObject(kind, item));
}

/** `{ name, key }` */
function fromKeySelector(kind: string, value: unknown): Reference[] {
  return fromObject(kind, value).map((reference) => withKeys(reference, texts([valueAt(value, 'key')])));
}

/** `{ secretName or name, items? }`: the source of a volume or a projection. */
function fromVolumeSource(kind: string, value: unknown): Reference[] {
  if (!isMap(value)) return [];
  const keys = texts(listOf(value['items']).map((item) => valueAt(item, 'key')));
  return fromObject(kind, { ...value, kind, name: value['secretName'] ?? value['name'] }).map((reference) => withKeys(reference, keys));
}

function fromTls(value: unknown): Reference[] {
  return referenceTo('Secret', valueAt(value, 'secretName')).map((reference) => withKeys(reference, ['tls.crt', 'tls.key']));
}

function withKeys(reference: Reference, keys: readonly string[]): Reference {
  return keys.length > 0 ? { ...reference, keys } : reference;
}

function texts(value: unknown): string[] {
  return listOf(value).filter((item) => typeof item === 'string');
}

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings */
function isBuiltInRole(value: unknown): boolean {
  const name = valueAt(value, 'name');
  return typeof name === 'string' && (name.startsWith('system:') || ['cluster-admin', 'admin', 'edit', 'view'].includes(name));
}
