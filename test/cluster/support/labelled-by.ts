import type { ManagedFields } from '../../../cluster/objects/live-object';
import { ENVIRONMENT_LABEL } from '../../../manifests/contract';

/** `managedFields` of an object whose environment label was set by this manager: by an apply, unless it is kubectl's label or edit command. */
export function labelledBy(manager: string): ManagedFields[] {
  const operation = /^kubectl-/.test(manager) ? 'Update' : 'Apply';
  const fieldsV1 = { 'f:metadata': { 'f:labels': { [`f:${ENVIRONMENT_LABEL}`]: {} } } };
  return [{ manager, operation, apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1 }];
}
