import { HOLDS_DATA_ANNOTATION, NEEDED_BY_ANNOTATION } from '../contract';
import { groupKindOf, type Manifest } from '../manifest';

/** A CRD of PGO's chart. Deleting it deletes every PostgresCluster, without admission requests for these. */
export const POSTGRES_CLUSTER_CRD = 'postgresclusters.postgres-operator.crunchydata.com';

/** Whether data protection refuses to delete an object that has no mark: it holds data, or what holds data needs it. */
export function isGuarded(object: Manifest): boolean {
  const { annotations = {}, name } = object.metadata;
  return (
    annotations[HOLDS_DATA_ANNOTATION] !== undefined ||
    annotations[NEEDED_BY_ANNOTATION] !== undefined ||
    (name === POSTGRES_CLUSTER_CRD && groupKindOf(object) === 'CustomResourceDefinition.apiextensions.k8s.io')
  );
}

/** The finalizer of the guard's own objects. A policy that is being deleted is still enforced: it stays in force until this is removed. */
export const GUARD_FINALIZER = 'platform.kapernikov.com/guards-data';

/** The name of the policy, and the start of the names of those that belong to it. */
export const GUARD_NAME = 'data-protection.platform.kapernikov.com';
