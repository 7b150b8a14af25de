import { keyOf, type Kind, type Manifest, type ObjectKey } from '../../../manifests/manifest';
import { listOf, valueAt } from '../../../manifests/fields';
import { conditionOf, type LiveObject } from '../../../cluster/objects/live-object';
import type { ModelServer } from './model-server';
import { claimOf, hostOf, instanceOf, label, type PostgresSpec, REVISION } from './postgres-objects';

const SET: Kind = { apiVersion: 'apps/v1', kind: 'StatefulSet' };
const POD: Kind = { apiVersion: 'v1', kind: 'Pod' };
const CLAIM: Kind = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' };

/** Whether the time of a step of an object has come. */
type IsDue = (object: LiveObject, step: string) => boolean;

/** The image of PostgreSQL that PGO's Deployment names. */
const imageOf = (deployment: Manifest): string | undefined => {
  const [container] = listOf(valueAt(deployment['spec'], 'template', 'spec', 'containers'));
  const variable = listOf(valueAt(container, 'env')).find((each) => valueAt(each, 'name') === 'RELATED_IMAGE_POSTGRES_15');
  return valueAt(variable, 'value') as string | undefined;
};

/**
 * PGO 5.8, and the StatefulSet controller. The status is of a new generation, with counts from before, some time before the StatefulSets are;
 * pods are then replaced one at a time, while all others are ready. A PGO with new images applies these some time after it has started, and no
 * generation changes. Every repository has a stanza of its own, and its volume is deleted with it.
 */
export class ModelPostgresOperator {
  /** New pods of instances do not start. */
  isHeld = false;
  /** Repositories in which no stanza can be created. */
  broken: readonly string[] = [];
  /** The generation and image that was applied, by uid. */
  private readonly applied = new Map<string, string>();
  private readonly image = new Map<string, string | undefined>();

  constructor(
    private readonly server: ModelServer,
    private readonly isDue: IsDue,
  ) {}

  /** What PGO does with a cluster in one step. Its finalizer and its Secrets are those of every operator of the model. */
  tick(cluster: LiveObject, operator: LiveObject): void {
    const { uid, generation = 1 } = cluster.metadata;
    if (this.isDue(operator, `starts ${operator.metadata.generation ?? 1}`)) this.image.set(operator.metadata.uid, imageOf(operator));
    const image = specOf(cluster).image ?? this.image.get(operator.metadata.uid);
    if (image === undefined) return;
    if (valueAt(cluster['status'], 'observedGeneration') !== generation && !this.isDue(cluster, `observed ${generation}`)) return;
    if (valueAt(cluster['status'], 'observedGeneration') !== generation) this.observe(cluster);
    const wanted = `${generation} ${image}`;
    if (this.applied.get(uid) !== wanted) {
      if (!this.isDue(cluster, `applied ${wanted}`)) return;
      this.apply(cluster, image);
      this.applied.set(uid, wanted);
    }
    this.roll(cluster);
    this.report(cluster);
  }

  /** Deletes what runs before the finalizer goes. */
  tearDown(cluster: LiveObject): boolean {
    const sets = this.of(SET, cluster);
    for (const object of [...sets, ...this.of(POD, cluster)]) this.server.delete(keyOf(object));
    return sets.length === 0;
  }

  /** The StatefulSet controller. */
  tickSet(set: LiveObject): void {
    const { server } = this;
    const { generation = 1, uid, namespace = '', name } = set.metadata;
    if (!this.isDue(set, `observed ${generation}`)) return;
    const template = valueAt(set['spec'], 'template') as { metadata: LiveObject['metadata']; spec: object };
    const updateRevision = JSON.stringify(template);
    const key: ObjectKey = { ...POD, namespace, name: `${name}-0` };
    const pod = server.get(key);
    const isUpdated = pod?.metadata.labels?.[REVISION] === updateRevision;
    if (pod === undefined)
      server.create({
        ...POD,
        metadata: {
          ...template.metadata,
          namespace,
          name: `${name}-0`,
          labels: { ...template.metadata.labels, [REVISION]: updateRevision },
          ownerReferences: [{ ...SET, name, uid }],
        },
        spec: template.spec,
      } as Manifest);
    else if (!isUpdated && valueAt(set['spec'], 'updateStrategy', 'type') === 'RollingUpdate') server.delete(key);
    else if (this.starts(pod)) server.change(key, (live) => ({ ...live, status: READY }));
    const readyReplicas = Number(pod !== undefined && isReady(pod));
    const status = { observedGeneration: generation, replicas: 1, readyReplicas, updatedReplicas: Number(isUpdated), updateRevision };
    server.change(keyOf(set), (live) => ({ ...live, status }));
  }

  /** Which stanzas there are in truth. */
  hasStanza(cluster: Manifest, repository: string): boolean {
    return this.stanzas.has(`${cluster.metadata.name} ${repository}`);
  }
  private readonly stanzas = new Set<string>();

  of(kind: Kind, { metadata }: Manifest): LiveObject[] {
    return this.server.of(kind).filter((object) => object.metadata.labels?.[label('cluster')] === metadata.name);
  }

  private starts(pod: LiveObject): boolean {
    const isInstance = pod.metadata.labels?.[label('instance')] !== undefined;
    return !(isInstance && this.isHeld) && this.isDue(pod, 'starts');
  }

  /** With the counts from before. A repository that is new has no stanza. */
  private observe(cluster: LiveObject): void {
    const { generation = 1 } = cluster.metadata;
    const repos = specOf(cluster).backups.pgbackrest.repos.map(({ name }) => repoStatus(cluster, name) ?? { name, stanzaCreated: false });
    this.change(cluster, { observedGeneration: generation, conditions: conditionsOf(cluster, generation), pgbackrest: { repos } });
  }

  private apply(cluster: LiveObject, image: string): void {
    const { server } = this;
    const { instances, backups } = specOf(cluster);
    const claims = backups.pgbackrest.repos.map(({ name }) => claimOf(cluster, name));
    const sets = instances.flatMap((set) =>
      Array.from({ length: set.replicas }, (_, index) => instanceOf(cluster, set, `${cluster.metadata.name}-${set.name}-${index}`, image)),
    );
    for (const object of [...claims, ...sets, hostOf(cluster)]) {
      server.create(object);
      server.change(keyOf(object), (live) => (object['spec'] === undefined ? live : { ...live, spec: object['spec'] }));
    }
    const names = [...claims, ...sets, hostOf(cluster)].map(({ metadata }) => metadata.name);
    for (const object of [...this.of(SET, cluster), ...this.of(CLAIM, cluster)])
      if (!names.includes(object.metadata.name)) server.delete(keyOf(object));
    for (const { name } of backups.pgbackrest.repos)
      if (repoStatus(cluster, name)?.stanzaCreated !== true) this.stanzas.delete(`${cluster.metadata.name} ${name}`);
  }

  private roll(cluster: LiveObject): void {
    const sets = this.of(SET, cluster);
    const pods = this.of(POD, cluster).filter(({ metadata }) => metadata.labels?.[label('instance')] !== undefined);
    const isOutdated = (pod: LiveObject): boolean => {
      const set = sets.find(({ metadata }) => `${metadata.name}-0` === pod.metadata.name);
      const isObserved = valueAt(set?.['status'], 'observedGeneration') === set?.metadata.generation;
      return isObserved && pod.metadata.labels?.[REVISION] !== valueAt(set?.['status'], 'updateRevision');
    };
    const next = pods.find(isOutdated);
    if (next && pods.every((pod) => pod === next || isReady(pod)) && this.isDue(next, 'is replaced')) this.server.delete(keyOf(next));
  }

  /** What the status says when nothing is new. The condition of the backups is about the first repository only. */
  private report(cluster: LiveObject): void {
    const { generation = 1, name } = cluster.metadata;
    const [first, ...others] = specOf(cluster).backups.pgbackrest.repos;
    const host = this.of(POD, cluster).some((pod) => pod.metadata.name === `${name}-repo-host-0` && isReady(pod));
    for (const repo of first ? [first, ...others] : [])
      if (host && !this.broken.includes(repo.name) && this.isDue(cluster, `stanza ${repo.name}`)) this.stanzas.add(`${name} ${repo.name}`);
    const repos = (first ? [first, ...others] : []).map((repo) => {
      const stanzaCreated = this.hasStanza(cluster, repo.name);
      const isComplete = repo === first && stanzaCreated && (repoStatus(cluster, repo.name)?.replicaCreateBackupComplete ?? false);
      const completes = repo === first && stanzaCreated && this.isDue(cluster, 'first backup');
      return { name: repo.name, stanzaCreated, ...(repo === first && { replicaCreateBackupComplete: isComplete || completes }) };
    });
    const isComplete = repos[0]?.replicaCreateBackupComplete === true;
    this.change(cluster, {
      observedGeneration: generation,
      instances: specOf(cluster).instances.map((set) => this.counts(cluster, set.name)),
      conditions: [{ type: BACKUP, status: isComplete ? 'True' : 'False', observedGeneration: generation }],
      pgbackrest: { repos },
    });
  }

  private counts(cluster: LiveObject, name: string): object {
    const pods = this.of(POD, cluster).filter(({ metadata }) => metadata.labels?.[label('instance-set')] === name);
    const revisions = this.of(SET, cluster).map((set) => valueAt(set['status'], 'updateRevision'));
    const updatedReplicas = pods.filter(({ metadata }) => revisions.includes(metadata.labels?.[REVISION])).length;
    return { name, replicas: pods.length, readyReplicas: pods.filter(isReady).length, updatedReplicas };
  }

  private change(cluster: LiveObject, status: object): void {
    this.server.change(keyOf(cluster), (live) => ({ ...live, status: { ...(live['status'] as object | undefined), ...status } }));
  }
}

const BACKUP = 'PGBackRestReplicaCreate';
const READY = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };

export const isReady = (pod: LiveObject): boolean => conditionOf(pod, 'Ready')?.status === 'True';

const specOf = (cluster: Manifest): PostgresSpec => cluster['spec'] as PostgresSpec;

interface RepositoryStatus {
  readonly name: string;
  readonly stanzaCreated: boolean;
  readonly replicaCreateBackupComplete?: boolean;
}

function repoStatus(cluster: LiveObject, name: string): RepositoryStatus | undefined {
  const all = listOf(valueAt(cluster['status'], 'pgbackrest', 'repos')) as readonly RepositoryStatus[];
  return all.find((repo) => repo.name === name);
}

function conditionsOf(cluster: LiveObject, observedGeneration: number): object[] {
  return [{ type: BACKUP, status: conditionOf(cluster, BACKUP)?.status ?? 'False', observedGeneration }];
}
