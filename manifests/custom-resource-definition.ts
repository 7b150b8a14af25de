import { listOf, valueAt } from './fields';
import { type Manifest, groupKindOf, groupOf, type Kind } from './manifest';
import type { Reference } from './reference';
import { contractOf } from './contract';

/** A CRD, and what it serves. */
export interface Crd {
  /** `postgresclusters.postgres-operator.crunchydata.com` */
  readonly name: string;
  readonly kinds: readonly Kind[];
}

export const CRD_KIND: Kind = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };

/** Namespaces and CRDs are applied first and deleted last, because other objects are in them or of their kinds. */
export const isNamespace = ({ apiVersion, kind }: Kind): boolean => apiVersion === 'v1' && kind === 'Namespace';
export const isCrd = (kind: Kind): boolean => groupKindOf(kind) === groupKindOf(CRD_KIND);

/** Whether the kind is a custom resource. Kubernetes' own groups are `v1`, those without a dot and those below k8s.io. */
export function isCustom(kind: Kind): boolean {
  const group = groupOf(kind.apiVersion);
  return group.includes('.') && !group.endsWith('.k8s.io');
}

/** The CRDs whose custom resources an object reconciles. It must not be deleted while one of these exists. */
export function crdsOperatedBy(manifest: Manifest): Crd[] {
  const { operates = [] } = contractOf(manifest);
  return [...crdsMadeBy(manifest), ...operates.filter(isCrdReference).map(crdOfReference)];
}

/** The CRDs that a release installs. Helm keeps them when the release is uninstalled. */
export function crdsMadeBy(manifest: Manifest): Crd[] {
  return (contractOf(manifest).makes ?? []).filter(isCrdReference).map(crdOfReference);
}

/** What a CRD of dist/ serves: nothing, if a chart contains one that the API server refuses, such as one of v1beta1 without a list of versions. */
export function crdOf(manifest: Manifest): Crd | undefined {
  if (!isCrd(manifest)) return undefined;
  const [group, kind] = [['group'], ['names', 'kind']].map((path) => valueAt(manifest['spec'], ...path));
  const names = listOf(valueAt(manifest['spec'], 'versions')).map((version) => valueAt(version, 'name'));
  const kinds = names.flatMap((name) => (isText(group) && isText(kind) && isText(name) ? [{ apiVersion: `${group}/${name}`, kind }] : []));
  return { name: manifest.metadata.name, kinds };
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** The objects of these that reconcile a kind. */
export function operatorsOf<Known extends Manifest>(kind: Kind, manifests: readonly Known[]): Known[] {
  const wanted = groupKindOf(kind);
  return manifests.filter((manifest) =>
    crdsOperatedBy(manifest).some(({ kinds }) => kinds.some((served) => groupKindOf(served) === wanted)),
  );
}

/** Whether two references name the same object. */
export function isSameObject(one: Reference, other: Reference): boolean {
  return one.kind === other.kind && one.name === other.name && (one.namespace ?? '') === (other.namespace ?? '');
}

function isCrdReference({ kind }: Reference): boolean {
  return kind === CRD_KIND.kind;
}

/** Its name is `plural.group`, and its keys are `version/Kind`. */
function crdOfReference({ name, keys = [] }: Reference): Crd {
  const group = name.slice(name.indexOf('.') + 1);
  const kinds = keys.map((key) => {
    const [version = '', kind = ''] = key.split('/');
    return { apiVersion: `${group}/${version}`, kind };
  });
  return { name, kinds };
}
