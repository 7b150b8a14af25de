import { ENVIRONMENT_LABEL } from '../../manifests/contract';
import { isMap } from '../../manifests/fields';
import { FIELD_MANAGER } from '../api/cluster';
import type { LiveObject } from './live-object';
import { appliedBy, CLIENT_SIDE_APPLY } from './managed-fields';

/** The field managers of everything that applies dist: deploy, `kubectl apply` (server-side and client-side), Flux and Argo CD. */
const APPLYING_MANAGERS = [FIELD_MANAGER, 'kubectl', CLIENT_SIDE_APPLY, 'kustomize-controller', 'argocd-controller'];

/** The field managers of Helm, also in the Jobs of k3s, and of Flux where it installs a chart. */
export const HELM_MANAGERS: readonly string[] = ['helm', 'helm-controller'];

/**
 * Whether an object is ours: it has the environment's label, and something that applies dist has set the label. A label that was set by
 * `kubectl label` does not make an object ours. Adopted objects look like ours: the inventory knows them.
 */
export function isOurs(object: LiveObject, environment: string): boolean {
  return reasonNotOurs(object, environment) === undefined;
}

/** Why an object is not ours; undefined if it is. */
export function reasonNotOurs(object: LiveObject, environment: string): string | undefined {
  const value = object.metadata.labels?.[ENVIRONMENT_LABEL];
  if (value === undefined) return `has no label ${ENVIRONMENT_LABEL}`;
  if (value !== environment) return `belongs to environment "${value}"`;
  const managers = labelManagersOf(object);
  if (managers.some((manager) => APPLYING_MANAGERS.includes(manager))) return undefined;
  return `has a label ${ENVIRONMENT_LABEL} that was set by ${managers.join(' and ') || 'an unknown field manager'}`;
}

/** Whether deploy has applied an object, also when its label was removed since. */
export function isAppliedByDeploy({ metadata }: LiveObject): boolean {
  return appliedBy(metadata.managedFields ?? [], FIELD_MANAGER) !== undefined;
}

/** Who has created or changed an object, for messages: its Helm release, its controller, or its field managers. */
export function ownerOf({ metadata }: LiveObject): string {
  const { annotations = {}, ownerReferences = [], managedFields = [] } = metadata;
  const release = annotations['meta.helm.sh/release-name'];
  if (release !== undefined) return `Helm release ${annotations['meta.helm.sh/release-namespace'] ?? 'default'}/${release}`;
  const controller = ownerReferences.find((owner) => owner.controller) ?? ownerReferences[0];
  if (controller) return `${controller.kind} ${controller.name}`;
  const managers = [...new Set(managedFields.filter(({ subresource }) => !subresource).map(({ manager }) => manager))];
  return managers.length === 0 ? 'unknown' : `field manager ${managers.join(', ')}`;
}

/** Whether an object was created after another, or in the same second. */
export function isCreatedAfter(object: LiveObject, other: LiveObject): boolean {
  return (object.metadata.creationTimestamp ?? '') >= (other.metadata.creationTimestamp ?? '');
}

function labelManagersOf({ metadata }: LiveObject): string[] {
  const path = ['f:metadata', 'f:labels', `f:${ENVIRONMENT_LABEL}`];
  const owns = (fields: unknown): boolean =>
    path.reduce<unknown>((value, name) => (isMap(value) ? value[name] : undefined), fields) !== undefined;
  return [...new Set((metadata.managedFields ?? []).filter(({ fieldsV1 }) => owns(fieldsV1)).map(({ manager }) => manager))];
}
