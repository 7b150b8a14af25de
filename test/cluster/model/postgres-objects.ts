import type { Manifest } from '../../../manifests/manifest';
import type { LiveObject } from '../../../cluster/objects/live-object';

export const GROUP = 'postgres-operator.crunchydata.com';

/** The label by which the StatefulSet controller says of which revision a pod is. */
export const REVISION = 'controller-revision-hash';

export interface InstanceSet {
  readonly name: string;
  readonly replicas: number;
  readonly resources?: { readonly limits?: Readonly<Record<string, string>> };
  readonly tolerations?: readonly object[];
  readonly priorityClassName?: string;
}

/** A PostgresCluster as far as the model looks at it. */
export interface PostgresSpec {
  readonly postgresVersion: number;
  readonly image?: string;
  readonly instances: readonly InstanceSet[];
  readonly backups: { readonly pgbackrest: { readonly repos: readonly { readonly name: string; readonly volume: object }[] } };
}

export const label = (name: string): string => `${GROUP}/${name}`;

/** The labels of everything that belongs to a cluster. */
export const labelsOf = ({ metadata }: Manifest): Record<string, string> => ({ [label('cluster')]: metadata.name });

function owned(cluster: LiveObject, apiVersion: string, kind: string, name: string, labels: object = {}): Manifest {
  const { namespace = '', name: owner, uid } = cluster.metadata;
  const ownerReferences = [{ apiVersion: cluster.apiVersion, kind: cluster.kind, name: owner, uid }];
  return {
    apiVersion,
    kind,
    metadata: { namespace, name, labels: { ...labelsOf(cluster), ...labels }, ownerReferences } as Manifest['metadata'],
  };
}

/** The volume of a repository. */
export function claimOf(cluster: LiveObject, repository: string): Manifest {
  return owned(cluster, 'v1', 'PersistentVolumeClaim', `${cluster.metadata.name}-${repository}`, {
    [label('pgbackrest-repo')]: repository,
  });
}

/** Where backups are made. */
export function hostOf(cluster: LiveObject): Manifest {
  const set = owned(cluster, 'apps/v1', 'StatefulSet', `${cluster.metadata.name}-repo-host`);
  return { ...set, spec: specOf(set, 'RollingUpdate', { containers: [{ name: 'pgbackrest', image: 'pgbackrest' }] }) };
}

/** One instance: a StatefulSet of one pod. */
export function instanceOf(cluster: LiveObject, instanceSet: InstanceSet, name: string, image: string): Manifest {
  const { name: setName, resources = {}, tolerations, priorityClassName } = instanceSet;
  const set = owned(cluster, 'apps/v1', 'StatefulSet', name, { [label('instance-set')]: setName, [label('instance')]: name });
  const pod = {
    containers: [{ name: 'database', image, resources }],
    ...(tolerations && { tolerations }),
    ...(priorityClassName !== undefined && { priorityClassName }),
  };
  return { ...set, spec: specOf(set, 'OnDelete', pod) };
}

function specOf({ metadata }: Manifest, type: string, pod: object): object {
  return { replicas: 1, updateStrategy: { type }, template: { metadata: { labels: metadata.labels }, spec: pod } };
}
