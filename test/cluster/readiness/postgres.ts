import type { LiveObject } from '../../../cluster/objects/live-object';
import { condition, live, stateOf } from './support';

export const LABEL = 'postgres-operator.crunchydata.com';
export const SPEC = {
  postgresVersion: 15,
  instances: [{ name: 'instance1', replicas: 2 }],
  backups: { pgbackrest: { repos: [{ name: 'repo1', volume: {} }] } },
};
export const now = { observedGeneration: 2 };
export const REPO = { name: 'repo1', bound: true, stanzaCreated: true, replicaCreateBackupComplete: true };
/** As PGO leaves it when everything is done. */
export const STATUS = {
  observedGeneration: 2,
  conditions: [
    condition('PGBackRestRepoHostReady', 'True', { reason: 'RepoHostReady', ...now }),
    condition('PGBackRestReplicaRepoReady', 'True', { reason: 'StanzaCreated', ...now }),
    condition('PGBackRestReplicaCreate', 'True', { reason: 'RepoBackupComplete', ...now }),
  ],
  instances: [{ name: 'instance1', replicas: 2, readyReplicas: 2, updatedReplicas: 2 }],
  pgbackrest: { repos: [REPO] },
  patroni: { systemIdentifier: '7312345678901234567' },
};
export const KIND = `${LABEL}/v1beta1 PostgresCluster`;

export interface Instance {
  readonly set?: string;
  /** Of the pod; that of the StatefulSet is `b`. */
  readonly revision?: string;
  readonly ready?: boolean;
  readonly observedGeneration?: number;
  readonly image?: string;
  readonly resources?: object;
  /** More of the template of the pod. */
  readonly pod?: object;
  /** More of the pod's status. */
  readonly status?: object;
}

let instances = 0;

/** A StatefulSet and its pod. */
export function instance({
  set = 'instance1',
  revision = 'b',
  ready = true,
  observedGeneration = 2,
  image = 'pg:15',
  resources = {},
  pod = {},
  status,
}: Instance = {}): LiveObject[] {
  const name = `it-${set}-${++instances}`;
  const labels = { [`${LABEL}/cluster`]: 'it', [`${LABEL}/instance-set`]: set, [`${LABEL}/instance`]: name };
  const template = { spec: { containers: [{ name: 'database', image, resources }], ...pod } };
  return [
    live('apps/v1 StatefulSet', {
      name,
      labels,
      spec: { replicas: 1, updateStrategy: { type: 'OnDelete' }, template },
      status: { observedGeneration, replicas: 1, readyReplicas: 1, currentRevision: 'a', updateRevision: 'b' },
    }),
    live('v1 Pod', {
      name: `${name}-0`,
      labels: { ...labels, 'controller-revision-hash': revision },
      status: { phase: 'Running', conditions: [condition('Ready', ready ? 'True' : 'False')], ...status },
    }),
  ];
}

export const both = (): LiveObject[] => [...instance(), ...instance()];

/** The state of a cluster with these fields. */
export function cluster(status: object | undefined = {}, spec: object = {}, objects: readonly LiveObject[] = both()): Promise<string> {
  const fields = { spec: { ...SPEC, ...spec }, ...(status && { status: { ...STATUS, ...status } }) };
  return stateOf(live(KIND, fields), objects);
}
