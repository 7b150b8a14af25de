import { contractAnnotations, ENVIRONMENT_LABEL, type Contract } from '../../../manifests/contract';
import type { Manifest } from '../../../manifests/manifest';
import type { Reference } from '../../../manifests/reference';
import { isReady } from './postgres-operator';
import { ENVIRONMENT, type Environment, type Unit } from './environments';
import { GROUP, type InstanceSet, label, type PostgresSpec } from './postgres-objects';
import type { Scenario } from './scenario';

/** What a person can change of a PostgresCluster and of PGO's release. */
export interface Wanted {
  /** Of PGO's release: which images it has. */
  readonly release: number;
  /** In the spec, instead of PGO's. */
  readonly image?: string;
  readonly replicas: number;
  readonly memory: string;
  readonly tolerations: boolean;
  readonly priorityClassName?: string;
  readonly repositories: readonly string[];
}

const CRD: Reference = { kind: 'CustomResourceDefinition', name: `postgresclusters.${GROUP}`, keys: ['v1beta1/PostgresCluster'] };
export const CLUSTER = { apiVersion: `${GROUP}/v1beta1`, kind: 'PostgresCluster', namespace: 'default', name: 'db' };

function object(
  apiVersion: string,
  kind: string,
  metadata: { name: string; namespace: string },
  contract: Contract,
  spec: object,
): Manifest {
  const labels = { [ENVIRONMENT_LABEL]: ENVIRONMENT };
  return { apiVersion, kind, metadata: { ...metadata, labels, annotations: contractAnnotations(contract) }, spec };
}

export function specOf({ image, replicas, memory, tolerations, priorityClassName, repositories }: Wanted): PostgresSpec {
  const set: InstanceSet = {
    name: 'instance1',
    replicas,
    resources: { limits: { memory } },
    ...(tolerations && { tolerations: [{ key: 'database', operator: 'Exists' }] }),
    ...(priorityClassName !== undefined && { priorityClassName }),
  };
  return {
    postgresVersion: 15,
    ...(image !== undefined && { image }),
    instances: [set],
    backups: { pgbackrest: { repos: repositories.map((name) => ({ name, volume: {} })) } },
  };
}

/** PGO, and in the stage after it a cluster. */
export function unitsOf(wanted: Wanted): Unit[] {
  const values = { setting: wanted.release, volume: false };
  const spec = { chart: 'pgo', targetNamespace: 'default', values };
  const release: Unit = {
    stage: 0,
    on: [],
    objects: [object('helm.cattle.io/v1', 'HelmChart', { name: 'pgo', namespace: 'kube-system' }, { makes: [CRD] }, spec)],
  };
  const { apiVersion, kind, ...metadata } = CLUSTER;
  const contract = {
    holdsData: 'PostgreSQL db',
    makes: [{ kind: 'Secret', namespace: 'default', name: 'db-pguser-db', keys: ['password'] }],
  };
  return [release, { stage: 1, on: [release], objects: [object(apiVersion, kind, metadata, contract, specOf(wanted))] }];
}

export const environmentOf = (wanted: Wanted): Environment => ({ stages: 2, units: unitsOf(wanted) });

/** How that which runs differs from what is wanted. */
export function differences({ server, world: { postgres } }: Scenario, wanted: Wanted): string[] {
  const image = wanted.image ?? `postgres:15.${wanted.release}`;
  const [set] = specOf(wanted).instances;
  const pods = server
    .of({ apiVersion: 'v1', kind: 'Pod' })
    .filter(({ metadata }) => metadata.labels?.[label('instance-set')] === set?.name);
  const expected = {
    containers: [{ name: 'database', image, resources: set?.resources }],
    tolerations: set?.tolerations,
    priorityClassName: set?.priorityClassName,
  };
  const wrong = pods.flatMap((pod) => {
    if (!isReady(pod)) return [`${pod.metadata.name} is not ready`];
    const { containers, tolerations, priorityClassName } = pod['spec'] as typeof expected;
    const runs = JSON.stringify({ containers, tolerations, priorityClassName });
    return runs === JSON.stringify(expected) ? [] : [`${pod.metadata.name} runs ${runs}`];
  });
  const without = wanted.repositories.filter((name) => !postgres.hasStanza(CLUSTER_MANIFEST, name));
  return [...(pods.length === wanted.replicas ? [] : [`${pods.length} pods`]), ...wrong, ...without.map((name) => `${name} has no stanza`)];
}

const CLUSTER_MANIFEST: Manifest = { ...CLUSTER, metadata: { name: CLUSTER.name } };

/** The volumes of repositories, by the names of these. */
export function repositoryVolumes({ server }: Scenario): string[] {
  const claims = server.of({ apiVersion: 'v1', kind: 'PersistentVolumeClaim' });
  return claims.flatMap(({ metadata }) => metadata.labels?.[label('pgbackrest-repo')] ?? []).sort();
}
