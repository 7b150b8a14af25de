import { HOLDS_DATA_ANNOTATION, NEEDED_BY_ANNOTATION } from '../contract';
import { groupKindOf, type Manifest } from '../manifest';

/** The group of PGO's kinds. */
export const POSTGRES_OPERATOR_GROUP = 'postgres-operator.crunchydata.com';

/** A CRD of PGO. Deleting it deletes every PostgresCluster, without admission requests for these. */
export const POSTGRES_CLUSTER_CRD = `postgresclusters.${POSTGRES_OPERATOR_GROUP}`;

/** Whether data protection refuses to delete an object that has no mark: it holds data, or what holds data needs it. */
export function isGuarded(object: Manifest): boolean {
  const { annotations = {}, name } = object.metadata;
  return (
    annotations[HOLDS_DATA_ANNOTATION] !== undefined ||
    annotations[NEEDED_BY_ANNOTATION] !== undefined ||
    (name === POSTGRES_CLUSTER_CRD && isPostgresOperatorCrd(object))
  );
}

/** Whether an object is a CRD of PGO, whose deletion is refused in every environment. */
export function isPostgresOperatorCrd(object: Pick<Manifest, 'apiVersion' | 'kind' | 'metadata'>): boolean {
  const isCrd = groupKindOf(object) === 'CustomResourceDefinition.apiextensions.k8s.io';
  return isCrd && object.metadata.name.endsWith(`.${POSTGRES_OPERATOR_GROUP}`);
}

/** The finalizer of the guard's own objects. A policy that is being deleted is still enforced: it stays in force until this is removed. */
export const GUARD_FINALIZER = 'platform.kapernikov.com/guards-data';

/** The name of the policy, and the start of the names of those that belong to it. */
export const GUARD_NAME = 'data-protection.platform.kapernikov.com';

/** The name of the policy that refuses to delete PGO's CRDs, also where there is no data protection. */
export const CRD_GUARD_NAME = 'crd-protection.platform.kapernikov.com';
