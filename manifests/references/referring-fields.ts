import type { Manifest } from '../manifest';
import type { Reference } from '../reference';
import { isMap, listOf, valueAt } from '../fields';
import { hasIssuer } from './provided';

type Read = (value: unknown, owner: Manifest) => Reference[];

/** Kinds whose field `service` names a Service. In others it describes one. */
const NAME_A_SERVICE = ['APIService', 'Ingress', 'MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

/**
 * By the name of a field: what its value refers to. The same names mean the same thing in pods, in Ingresses, in the Gateway API's and in
 * PGO's objects. StorageClasses, PriorityClasses and Nodes are the cluster's, and no field that names one is here.
 */
export const REFERRING_FIELDS: Readonly<Record<string, Read>> = {
  // Pods, and whatever has the fields of a pod.
  secretKeyRef: (value) => keyed('Secret', value),
  configMapKeyRef: (value) => keyed('ConfigMap', value),
  secretRef: (value) => named('Secret', value),
  configMapRef: (value) => named('ConfigMap', value),
  secret: (value) => projected('Secret', value),
  configMap: (value) => projected('ConfigMap', value),
  persistentVolumeClaim: (value) => called('PersistentVolumeClaim', valueAt(value, 'claimName')),
  serviceAccountName: (value) => called('ServiceAccount', value),
  imagePullSecrets: (value) => eachNamed('Secret', value),
  serviceName: (value, owner) => (owner.kind === 'StatefulSet' ? called('Service', value) : []),
  scaleTargetRef: (value) => named('Deployment', value),

  // Ways in.
  ingressClassName: (value) => called('IngressClass', value),
  service: (value, owner) => (NAME_A_SERVICE.includes(owner.kind) ? named('Service', value) : []),
  tls: (value, owner) => (owner.kind === 'Ingress' && !hasIssuer(owner) ? listOf(value).flatMap(certificate) : []),
  backendRefs: (value) => eachNamed('Service', value),
  parentRefs: (value) => eachNamed('Gateway', value),
  certificateRefs: (value) => eachNamed('Secret', value),
  issuerRef: (value) => named('Issuer', value),
  'cert-manager.io/cluster-issuer': (value) => called('ClusterIssuer', value),
  'cert-manager.io/issuer': (value) => called('Issuer', value),

  // Rights.
  roleRef: (value) => (isBuiltInRole(value) ? [] : named('Role', value)),
  subjects: (value) => eachNamed('ServiceAccount', value).filter(({ kind }) => kind === 'ServiceAccount'),
  policyName: (value, owner) => (owner.kind === 'ValidatingAdmissionPolicyBinding' ? called('ValidatingAdmissionPolicy', value) : []),

  // PGO's PostgresCluster.
  customTLSSecret: (value) => projected('Secret', value),
  customReplicationTLSSecret: (value) => projected('Secret', value),
  databaseInitSQL: (value) => keyed('ConfigMap', value),
  pvcName: (value) => called('PersistentVolumeClaim', value),
  postgresCluster: (value) => called('PostgresCluster', valueAt(value, 'clusterName'), valueAt(value, 'clusterNamespace')),

  // k3s' HelmChart.
  authSecret: (value) => named('Secret', value),
  dockerRegistrySecret: (value) => named('Secret', value),
  repoCAConfigMap: (value) => named('ConfigMap', value),
  valuesSecrets: (value) =>
    listOf(value).flatMap((item) => {
      const keys = texts(valueAt(item, 'keys'));
      return valueAt(item, 'ignoreUpdates') === true ? [] : named('Secret', item).map((reference) => withKeys(reference, keys));
    }),
};

/** A name, and perhaps a namespace. */
function called(kind: string, name: unknown, namespace?: unknown): Reference[] {
  if (typeof name !== 'string' || name === '') return [];
  return [{ kind, name, ...(typeof namespace === 'string' && { namespace }) }];
}

/** `{ name, namespace?, kind? }`, unless it says that it can do without. */
function named(kind: string, value: unknown): Reference[] {
  if (!isMap(value) || value['optional'] === true) return [];
  return called(typeof value['kind'] === 'string' ? value['kind'] : kind, value['name'], value['namespace']);
}

function eachNamed(kind: string, value: unknown): Reference[] {
  return listOf(value).flatMap((item) => named(kind, item));
}

/** `{ name, key }` */
function keyed(kind: string, value: unknown): Reference[] {
  return named(kind, value).map((reference) => withKeys(reference, texts([valueAt(value, 'key')])));
}

/** `{ secretName or name, items? }`: a volume's source, or a projection's. */
function projected(kind: string, value: unknown): Reference[] {
  if (!isMap(value)) return [];
  const keys = texts(listOf(value['items']).map((item) => valueAt(item, 'key')));
  return named(kind, { ...value, kind, name: value['secretName'] ?? value['name'] }).map((reference) => withKeys(reference, keys));
}

function certificate(value: unknown): Reference[] {
  return called('Secret', valueAt(value, 'secretName')).map((reference) => withKeys(reference, ['tls.crt', 'tls.key']));
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
