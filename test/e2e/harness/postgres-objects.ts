import { randomBytes } from 'node:crypto';
import type { Manifest } from '../../../manifests/manifest';
import type { Condition, Live } from './api';

export const GROUP = 'postgres-operator.crunchydata.com';
export const API_VERSION = `${GROUP}/v1beta1`;

export interface ClaimSpec {
  readonly accessModes: readonly string[];
  readonly resources: object;
}

export interface InstanceSet {
  readonly name: string;
  readonly replicas: number;
  readonly dataVolumeClaimSpec: ClaimSpec;
  readonly resources?: object;
}

export interface Repository {
  readonly name: string;
  readonly volume?: { readonly volumeClaimSpec: ClaimSpec };
  readonly schedules?: { readonly full?: string; readonly differential?: string; readonly incremental?: string };
}

interface RestoreRequest {
  readonly enabled?: boolean;
  readonly repoName: string;
  readonly options?: readonly string[];
}

export interface RepositoryStatus {
  readonly name: string;
  readonly bound?: boolean;
  readonly stanzaCreated: boolean;
  readonly replicaCreateBackupComplete?: boolean;
}

/** A PostgresCluster as far as the stand-in looks at it. */
export interface PostgresCluster extends Live {
  readonly spec: {
    readonly image?: string;
    readonly postgresVersion?: number;
    readonly shutdown?: boolean;
    readonly dataSource?: {
      readonly postgresCluster?: {
        readonly clusterName: string;
        readonly clusterNamespace?: string;
        readonly repoName: string;
        readonly options?: readonly string[];
      };
      readonly pgbackrest?: { readonly repo: object; readonly options?: readonly string[] };
    };
    readonly users?: readonly { readonly name: string; readonly databases?: readonly string[] }[];
    readonly instances: readonly InstanceSet[];
    readonly backups?: {
      readonly pgbackrest?: { readonly image?: string; readonly repos?: readonly Repository[]; readonly restore?: RestoreRequest };
    };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly postgresVersion?: number;
    readonly startupInstance?: string;
    readonly conditions?: readonly Condition[];
    readonly instances?: readonly object[];
    readonly patroni?: object;
    readonly pgbackrest?: {
      readonly repoHost?: { readonly ready?: boolean };
      readonly repos?: readonly RepositoryStatus[];
      readonly restore?: { readonly id?: string };
    };
  };
}

/** A Secret of a database user, as it is. */
export interface UserSecret extends Live {
  readonly data?: Readonly<Record<string, string>>;
}

export const label = (name: string): string => `${GROUP}/${name}`;

/** The labels of everything that belongs to a cluster. */
export const labelsOf = ({ metadata }: Live): Record<string, string> => ({ [label('cluster')]: metadata.name });

/** Without `users` there is one, who is called like the cluster, and so is the database. */
export function usersOf({ metadata, spec }: PostgresCluster): readonly { readonly name: string; readonly databases?: readonly string[] }[] {
  return spec.users ?? [{ name: metadata.name, databases: [metadata.name] }];
}

export const secretNameOf = (cluster: PostgresCluster, user: string): string => `${cluster.metadata.name}-pguser-${user}`;

/** Fields of an object that belongs to the cluster. */
export function owned(cluster: PostgresCluster, apiVersion: string, kind: string, name: string, labels: object = {}): Manifest {
  const { namespace, name: owner, uid } = cluster.metadata;
  const metadata = {
    name,
    namespace,
    labels: { ...labelsOf(cluster), ...labels },
    ownerReferences: [{ apiVersion: API_VERSION, kind: 'PostgresCluster', name: owner, uid, controller: true, blockOwnerDeletion: true }],
  };
  return { apiVersion, kind, metadata };
}

/** The Secret of a user. An existing password and keys of others are kept. No database accepts the values. */
export function userSecret(cluster: PostgresCluster, user: string, databases: readonly string[] = [], live?: UserSecret): Manifest {
  const { name, namespace } = cluster.metadata;
  const kept = (key: string, otherwise: () => string): string => {
    const value = live?.data?.[key];
    return value === undefined ? otherwise() : Buffer.from(value, 'base64').toString();
  };
  const host = `${name}-primary.${namespace}.svc`;
  const password = kept('password', () => randomBytes(18).toString('base64url'));
  const verifier = kept('verifier', () => `SCRAM-SHA-256$4096:${randomBytes(16).toString('base64')}`);
  const [database] = databases;
  const plain: Record<string, string> = { host, port: '5432', user, password, verifier };
  if (database !== undefined) {
    plain['dbname'] = database;
    plain['uri'] = `postgresql://${user}:${password}@${host}:5432/${database}`;
    plain['jdbc-uri'] = `jdbc:postgresql://${host}:5432/${database}?password=${password}&user=${user}`;
  }
  return {
    ...owned(cluster, 'v1', 'Secret', secretNameOf(cluster, user), { [label('pguser')]: user, [label('role')]: 'pguser' }),
    data: Object.fromEntries(Object.entries(plain).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
  };
}

/** The Services: only that of the replicas selects Pods by itself. */
export function services(cluster: PostgresCluster): Manifest[] {
  const { name } = cluster.metadata;
  const ports = [{ name: 'postgres', port: 5432, targetPort: 'postgres' }];
  const service = (suffix: string, spec: object): Manifest => ({ ...owned(cluster, 'v1', 'Service', `${name}-${suffix}`), spec });
  return [
    service('primary', { clusterIP: 'None', ports }),
    service('ha', { ports }),
    service('replicas', { ports, selector: { ...labelsOf(cluster), [label('role')]: 'replica' } }),
    service('pods', { clusterIP: 'None', publishNotReadyAddresses: true, selector: labelsOf(cluster) }),
  ];
}

/** One instance: a StatefulSet of one Pod, and its claim. */
export function instance(cluster: PostgresCluster, set: InstanceSet, name: string, image: string | undefined): Manifest[] {
  const labels = { [label('instance')]: name, [label('instance-set')]: set.name, [label('data')]: 'postgres' };
  const containers = ['database', 'replication-cert-copy', 'pgbackrest', 'pgbackrest-config'];
  const claim = `${name}-pgdata`;
  return [
    { ...owned(cluster, 'v1', 'PersistentVolumeClaim', claim, { ...labels, [label('role')]: 'pgdata' }), spec: set.dataVolumeClaimSpec },
    statefulSet(cluster, name, labels, containers, cluster.spec.image ?? image, claim, 'OnDelete', set.resources),
  ];
}

/** Where the backups are made, and the claims of the repositories that are volumes. */
export function repositoryHost(cluster: PostgresCluster): Manifest[] {
  const { name } = cluster.metadata;
  const { image, repos = [] } = cluster.spec.backups?.pgbackrest ?? {};
  const labels = { [label('pgbackrest')]: '', [label('pgbackrest-dedicated')]: '', [label('data')]: 'pgbackrest' };
  const claims = repos.flatMap(({ name: repo, volume }) => {
    const about = { [label('pgbackrest-repo')]: repo, [label('pgbackrest-volume')]: '', [label('data')]: 'pgbackrest' };
    return volume ? [{ ...owned(cluster, 'v1', 'PersistentVolumeClaim', `${name}-${repo}`, about), spec: volume.volumeClaimSpec }] : [];
  });
  const claim = claims.length > 0 ? `${name}-${repos.find(({ volume }) => volume)?.name}` : undefined;
  return [...claims, statefulSet(cluster, `${name}-repo-host`, labels, ['pgbackrest', 'pgbackrest-config'], image, claim, 'RollingUpdate')];
}

/** Keeps one instance of the set while nodes are emptied. */
export function disruptionBudget(cluster: PostgresCluster, { name }: InstanceSet): Manifest {
  const labels = { [label('instance-set')]: name };
  return {
    ...owned(cluster, 'policy/v1', 'PodDisruptionBudget', `${cluster.metadata.name}-set-${name}`, labels),
    spec: { minAvailable: 1, selector: { matchLabels: { ...labelsOf(cluster), ...labels } } },
  };
}

/** The first backup, of which replicas are made. */
export function backup(cluster: PostgresCluster, repo: string): Manifest {
  const labels = { [label('pgbackrest')]: '', [label('pgbackrest-backup')]: 'replica-create', [label('pgbackrest-repo')]: repo };
  const { image = 'crunchy-pgbackrest' } = cluster.spec.backups?.pgbackrest ?? {};
  const template = {
    metadata: { labels: { ...labelsOf(cluster), ...labels } },
    spec: { restartPolicy: 'Never', containers: [{ name: 'pgbackrest', image }] },
  };
  const job = owned(cluster, 'batch/v1', 'Job', `${cluster.metadata.name}-backup-${suffix()}`, labels);
  return { ...job, spec: { backoffLimit: 6, template } };
}

/** The CronJobs of the repositories' schedules. */
export function schedules(cluster: PostgresCluster): Manifest[] {
  const { image = 'crunchy-pgbackrest', repos = [] } = cluster.spec.backups?.pgbackrest ?? {};
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'pgbackrest', image }] } };
  return repos.flatMap(({ name: repo, schedules: plan = {} }) =>
    Object.entries(plan).map(([type, schedule]) => {
      const short = { differential: 'diff', incremental: 'incr' }[type] ?? type;
      const job = owned(cluster, 'batch/v1', 'CronJob', `${cluster.metadata.name}-${repo}-${short}`, { [label('pgbackrest-repo')]: repo });
      return { ...job, spec: { schedule, suspend: true, concurrencyPolicy: 'Forbid', jobTemplate: { spec: { template } } } };
    }),
  );
}

/** Four characters, as in the names of instances. */
export const suffix = (): string => Array.from(randomBytes(4), (byte) => 'bcdfghjklmnpqrstvwxz'[byte % 20]).join('');

function statefulSet(
  cluster: PostgresCluster,
  name: string,
  labels: object,
  containers: readonly string[],
  image = 'chosen-by-the-operator',
  claim: string | undefined,
  strategy: string,
  resources: object = {},
): Manifest {
  const all = { ...labelsOf(cluster), ...labels };
  const volumes = claim === undefined ? [] : [{ name: 'data', persistentVolumeClaim: { claimName: claim } }];
  return {
    ...owned(cluster, 'apps/v1', 'StatefulSet', name, labels),
    spec: {
      replicas: cluster.spec.shutdown === true ? 0 : 1,
      serviceName: `${cluster.metadata.name}-pods`,
      updateStrategy: { type: strategy },
      selector: { matchLabels: all },
      template: {
        metadata: { labels: all },
        spec: {
          containers: containers.map((container) => ({ name: container, image, ...(container === 'database' && { resources }) })),
          volumes,
        },
      },
    },
  };
}
