import { type Manifest, groupKindOf, groupOf, formatKey, keyOf } from '../manifest';
import { contractOf } from '../contract';
import type { ImmutableField } from './immutable-field';

/** What a person can do about fields that cannot be changed: a sentence or two, with the command. Never one that loses data. */
export function remedyOf(object: Manifest, fields: readonly ImmutableField[]): string {
  const name = formatKey(keyOf(object));
  const names = [...new Set(fields.map(({ field }) => field))].join(', ') || 'the field';
  const back = `Put ${names} back as it is on the cluster`;
  const remove = deletion(object);

  const { holdsData } = contractOf(object);
  if (object.kind === 'PersistentVolumeClaim') {
    return `${back}: of a volume only the size can change, and only grow. For anything else use a volume under another name, and copy the data.`;
  }
  if (object.kind === 'PostgresCluster') {
    return `${back}. For a database with another value, create a new PostgresCluster from a backup: docs/backups.md. Do not delete ${name}: its data would be deleted.`;
  }
  if (holdsData !== undefined || TAKES_OTHERS_ALONG.includes(object.kind)) {
    return `${back}. Do not delete ${name}: ${holdsData ?? 'all that is in it'} would be deleted, too.`;
  }
  switch (groupKindOf(object)) {
    case 'Secret':
      return `${back}. Deleting ${name} would lose what controllers have written into it, such as a password.`;
    case 'Job.batch':
      return `Delete the Job, and deploy creates and runs it again: ${remove}`;
    case 'StatefulSet.apps':
      return `Delete the StatefulSet but keep its Pods and volumes, and deploy creates it again: ${remove} --cascade=orphan`;
    case 'Deployment.apps':
    case 'DaemonSet.apps':
      return `Delete it, and deploy creates it again; no Pod of it runs in between: ${remove}`;
    case 'RoleBinding.rbac.authorization.k8s.io':
    case 'ClusterRoleBinding.rbac.authorization.k8s.io':
      return `Delete it, and deploy creates it again; its subjects do not have these rights in between: ${remove}`;
    case 'StorageClass.storage.k8s.io':
      return `Delete it, and deploy creates it again; volumes that exist stay as they are: ${remove}`;
    default:
      return `${back}, or delete ${name} by hand with all that belongs to it, and deploy creates it again: ${remove}`;
  }
}

/** A namespace is deleted with its objects, a CRD with every object of its kind. */
const TAKES_OTHERS_ALONG = ['Namespace', 'CustomResourceDefinition', 'PersistentVolume'];

function deletion(object: Manifest): string {
  const { namespace, name } = object.metadata;
  // kubectl knows Kubernetes' own kinds without their group; another kind may have the same name.
  const group = groupOf(object.apiVersion);
  const isOwn = !group.includes('.') || group.endsWith('.k8s.io');
  const kind = (isOwn ? object.kind : groupKindOf(object)).toLowerCase();
  return `kubectl ${namespace === undefined ? '' : `-n ${namespace} `}delete ${kind} ${name}`;
}
