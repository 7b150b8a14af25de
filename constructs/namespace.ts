import { ApiObject, Chart, JsonPatch } from 'cdk8s';
import type { Construct, IConstruct } from 'constructs';
import { type Contract, contractAnnotations, contractOf } from '../manifests/contract';
import type { Manifest } from '../manifests/manifest';
import { k8s } from './k8s';
import { report } from './problem';
import { label } from './syntax/name';

/** Namespaces that every cluster has. The API server creates them, and refuses to delete them. */
const BUILT_IN = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** Why a namespace must not be deleted: what would be lost with it, or what needs what is in it. */
export type Protection = Partial<Pick<Contract, 'holdsData' | 'neededBy'>>;

interface KnownNamespace {
  readonly object: ApiObject;
  readonly holdsData: Set<string>;
  readonly neededBy: Set<string>;
}

/** The namespaces of each App, by name. */
const knownNamespaces = new WeakMap<IConstruct, Map<string, KnownNamespace>>();

/** The namespace of a construct's objects: its own prop, or else that of its Chart, as cdk8s does with the objects themselves. */
export function namespaceOf(construct: Construct, namespace: string | undefined): string | undefined {
  if (namespace === '') report(construct, 'namespace', label(namespace)); // and go on with the default
  return namespace || Chart.of(construct).namespace;
}

/**
 * Makes sure that a namespace is created, in the Chart that uses it first: stages are deleted in the reverse order, so it is deleted last.
 * A Namespace object that the App already has is used as it is.
 */
export function ensureNamespace(user: Construct, name: string | undefined, { holdsData, neededBy }: Protection = {}): void {
  if (name === undefined || BUILT_IN.includes(name)) return;
  report(user, 'namespace', label(name));
  const { root } = user.node;
  const known = knownNamespaces.get(root) ?? new Map<string, KnownNamespace>();
  knownNamespaces.set(root, known);
  const namespace = known.get(name) ?? {
    object: findNamespace(root, name) ?? createNamespace(user, name),
    holdsData: new Set(),
    neededBy: new Set(),
  };
  known.set(name, namespace);

  if (holdsData !== undefined) namespace.holdsData.add(holdsData);
  if (neededBy !== undefined) namespace.neededBy.add(neededBy);
  const contract = { holdsData: [...namespace.holdsData].join(', '), neededBy: [...namespace.neededBy].join(', ') };
  for (const [key, value] of Object.entries(contractAnnotations(contract))) namespace.object.metadata.addAnnotation(key, value);
}

/**
 * Adds the labels and annotations of another Namespace object, such as a chart has for its own release, to the one that the App has of that name: two
 * of one name cannot both be applied. False if the App has none, or if it is no Namespace.
 */
export function addToNamespace(user: Construct, manifest: Manifest): boolean {
  const { apiVersion, kind, metadata } = manifest;
  const namespace = apiVersion === 'v1' && kind === 'Namespace' ? findNamespace(user.node.root, metadata.name) : undefined;
  if (!namespace) return false;
  for (const [key, value] of Object.entries(metadata.labels ?? {})) namespace.metadata.addLabel(key, value);
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) namespace.metadata.addAnnotation(key, value);
  ensureNamespace(user, metadata.name, contractOf(manifest));
  return true;
}

/** The namespaces of an App that must not be deleted, by name, and why. Also those that a cluster has already, which may not say so themselves. */
export function protectedNamespaces({ node: { root } }: Construct): [name: string, Protection][] {
  return [...(knownNamespaces.get(root) ?? [])].flatMap(([name, { object }]): [string, Protection][] => {
    const { holdsData, neededBy } = contractOf(object.toJson() as Manifest);
    return (holdsData ?? neededBy) === undefined ? [] : [[name, { holdsData, neededBy }]];
  });
}

/** Removes the namespace that a Chart gives to each of its objects, the cluster-scoped ones included. */
export function clusterScoped<Scoped extends ApiObject>(object: Scoped): Scoped {
  if (object.metadata.namespace !== undefined) object.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
  return object;
}

function findNamespace(root: IConstruct, name: string): ApiObject | undefined {
  const objects = root.node.findAll().filter((construct) => construct instanceof ApiObject);
  return objects.find((object) => object.kind === 'Namespace' && object.apiVersion === 'v1' && object.name === name);
}

function createNamespace(user: Construct, name: string): ApiObject {
  return clusterScoped(new k8s.KubeNamespace(Chart.of(user), `namespace-${name}`, { metadata: { name } }));
}
