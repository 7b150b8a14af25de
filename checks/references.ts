import type { Manifest, Reference } from '../constructs/contract';
import { contractOf } from '../constructs/contract';

/** A name that an object calls another by, and the field where it does. */
export interface FoundReference {
  readonly field: string;
  readonly reference: Reference;
}

type Node = Readonly<Record<string, unknown>>;

/** Everything that an object refers to by name: what Kubernetes' own fields say, and what its contract says of a chart's values. */
export function referencesOf(manifest: Manifest): FoundReference[] {
  const { namespace } = manifest.metadata;
  const inFields = walk(manifest, '', (node, key) => EXTRACTORS[key]?.(node[key], manifest) ?? []);
  const inValues = (contractOf(manifest).reads ?? []).map((reference) => ({ field: 'values', reference }));
  return [...inFields.map(({ field, reference }) => ({ field, reference: withNamespace(reference, namespace) })), ...inValues];
}

/** By the name of a field: what its value refers to. The same names mean the same thing in pods, in Ingresses and in PGO's objects. */
const EXTRACTORS: Readonly<Record<string, (value: unknown, owner: Manifest) => Reference[]>> = {
  secretKeyRef: (value) => keyed('Secret', value),
  configMapKeyRef: (value) => keyed('ConfigMap', value),
  secretRef: (value) => named('Secret', value),
  configMapRef: (value) => named('ConfigMap', value),
  secret: (value) => items('Secret', value),
  configMap: (value) => items('ConfigMap', value),
  databaseInitSQL: (value) => keyed('ConfigMap', value),
  persistentVolumeClaim: (value) => (isNode(value) && typeof value['claimName'] === 'string' ? [claim(value['claimName'])] : []),
  serviceAccountName: (value) => (typeof value === 'string' ? [{ kind: 'ServiceAccount', name: value }] : []),
  imagePullSecrets: (value) => list(value).flatMap((item) => named('Secret', item)),
  ingressClassName: (value) => (typeof value === 'string' ? [{ kind: 'IngressClass', name: value }] : []),
  service: (value, owner) => (owner.kind === 'Ingress' ? named('Service', value) : []),
  tls: (value, owner) => (owner.kind === 'Ingress' && !hasIssuer(owner) ? list(value).flatMap(certificate) : []),
  backendRefs: (value) => list(value).flatMap((item) => named('Service', item)),
  parentRefs: (value) => list(value).flatMap((item) => named('Gateway', item)),
  roleRef: (value) => (isBuiltInRole(value) ? [] : named('Role', value)),
  subjects: (value) =>
    list(value)
      .filter((item) => isNode(item) && item['kind'] === 'ServiceAccount')
      .flatMap((item) => named('ServiceAccount', item)),
  issuerRef: (value) => named('Issuer', value),
  'cert-manager.io/cluster-issuer': (value) => (typeof value === 'string' ? [{ kind: 'ClusterIssuer', name: value }] : []),
  'cert-manager.io/issuer': (value) => (typeof value === 'string' ? [{ kind: 'Issuer', name: value }] : []),
};

const CLUSTER_SCOPED = ['ClusterRole', 'ClusterIssuer', 'IngressClass'];

function walk(value: unknown, path: string, visit: (node: Node, key: string) => Reference[]): FoundReference[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => walk(item, `${path}[${index}]`, visit));
  if (!isNode(value)) return [];
  return Object.keys(value).flatMap((key) => {
    const field = path === '' ? key : `${path}.${key}`;
    return [...visit(value, key).map((reference) => ({ field, reference })), ...walk(value[key], field, visit)];
  });
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** `{ name, namespace?, kind? }`, unless it says that it can do without. */
function named(kind: string, value: unknown): Reference[] {
  if (!isNode(value) || typeof value['name'] !== 'string' || value['optional'] === true) return [];
  const namespace = value['namespace'];
  return [
    {
      kind: typeof value['kind'] === 'string' ? value['kind'] : kind,
      name: value['name'],
      ...(typeof namespace === 'string' && { namespace }),
    },
  ];
}

/** `{ name, key }` */
function keyed(kind: string, value: unknown): Reference[] {
  const key = isNode(value) ? value['key'] : undefined;
  return named(kind, value).map((reference) => ({ ...reference, ...(typeof key === 'string' && { keys: [key] }) }));
}

/** `{ secretName or name, items? }`: a volume's source, or a projection's. */
function items(kind: string, value: unknown): Reference[] {
  if (!isNode(value)) return [];
  const keys = list(value['items']).flatMap((item) => (isNode(item) && typeof item['key'] === 'string' ? [item['key']] : []));
  return named(kind, { ...value, name: value['secretName'] ?? value['name'] }).map((reference) => ({
    ...reference,
    ...(keys.length > 0 && { keys }),
  }));
}

function claim(name: string): Reference {
  return { kind: 'PersistentVolumeClaim', name };
}

function certificate(value: unknown): Reference[] {
  const name = isNode(value) ? value['secretName'] : undefined;
  return typeof name === 'string' ? [{ kind: 'Secret', name, keys: ['tls.crt', 'tls.key'] }] : [];
}

/** cert-manager makes the Secret of an Ingress that names an issuer. */
function hasIssuer({ metadata: { annotations = {} } }: Manifest): boolean {
  return 'cert-manager.io/cluster-issuer' in annotations || 'cert-manager.io/issuer' in annotations;
}

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings */
function isBuiltInRole(value: unknown): boolean {
  const name = isNode(value) ? value['name'] : undefined;
  return typeof name === 'string' && (name.startsWith('system:') || ['cluster-admin', 'admin', 'edit', 'view'].includes(name));
}

function withNamespace(reference: Reference, namespace: string | undefined): Reference {
  if (CLUSTER_SCOPED.includes(reference.kind) || reference.namespace !== undefined || namespace === undefined) return reference;
  return { ...reference, namespace };
}
