/**
 * Stands in for PGO, the operator of PostgresClusters: its program is in images only, and a real PostgreSQL would have to run in them. It works
 * while the Deployment `pgo` is available, so that who takes that release away takes the operator away.
 *
 * Faithful to PGO 5.8 as it was seen to run: the finalizer; one StatefulSet an instance, with a claim, and another for the backups; the Services;
 * the users' Secrets, by server-side apply with force and the manager's name, which leaves others' keys alone; the order and the conditions of
 * the status; an instance more or less in place; the end. A change is in the status, with the counts from before, some time before the
 * StatefulSets have it; then the pods are replaced one by one. So they are some time after PGO has new images. Every repository has a stanza of
 * its own, and its claim goes with it. A restore is done once for each id. A cluster that is shut down keeps its StatefulSets, without pods; see
 * postgres-upgrade.ts for PGUpgrades. It looks five times a second, and does not wait for a lease.
 *
 * Left out: certificates, configurations, roles, Endpoints, PgBouncer, monitoring, resizing; scheduled backups themselves; users who are no longer declared; rotation of
 * passwords and the check that a Secret can be used; and of course the data.
 */
import type { Manifest } from '../../../manifests/manifest';
import { Api, type Live } from './api';
import type { ControlPlane } from './control-plane';
import { Loop } from './loop';
import type { Pod } from './pod-status';
import {
  API_VERSION,
  backup,
  disruptionBudget,
  GROUP,
  instance,
  label,
  type PostgresCluster,
  repositoryHost,
  schedules,
  secretNameOf,
  services,
  suffix,
  userSecret,
  type UserSecret,
  usersOf,
} from './postgres-objects';
import { restore } from './postgres-restore';
import { rollPods, type StatefulSet } from './postgres-rollout';
import { nextStatus, type Observed, type Workload } from './postgres-status';
import { rememberLeader, upgradeAll } from './postgres-upgrade';

const MANAGER = 'postgrescluster-controller';
const FINALIZER = `${GROUP}/finalizer`;

export interface PostgresOperatorOptions {
  /** How long it takes to look at a cluster that is new or has changed. @default 0 */
  readonly delayMilliseconds?: number;
  /** It knows no image for any cluster: it says so in an Event, and makes nothing. @default false */
  readonly missingImage?: boolean;
  /** No stanza can be created in these repositories. @default none */
  readonly brokenRepositories?: readonly string[];
  /** Restores fail. @default false */
  readonly failingRestore?: boolean;
  /** The Jobs of PGUpgrades fail. @default false */
  readonly failingUpgrade?: boolean;
  /** A change of a cluster, or new images, get no further than the status. @default false */
  readonly holdsChanges?: boolean;
}

/** So long a cluster's status is of a new generation before its StatefulSets are; and so late it has the images of a new PGO. */
const APPLY_AFTER_MILLISECONDS = 2500;

type Seen = Observed & { readonly secrets: readonly UserSecret[] };

export class PostgresOperator {
  /** Can be changed at any time. */
  options: PostgresOperatorOptions = {};
  private readonly api: Api;
  private readonly loop: Loop;
  /** The generation of each cluster (by uid) of which all objects were made; negative: that of which was said that there is no image. */
  private readonly made = new Map<string, number>();
  /** The generation of each cluster (by uid) of which all CronJobs were made. */
  private readonly scheduled = new Map<string, number>();
  /** Since when a generation is known, by uid and generation. */
  private readonly known = new Map<string, number>();
  /** The image of PostgreSQL of which all objects were made, by uid. */
  private readonly images = new Map<string, string | undefined>();
  /** Its own environment variables: the images of the clusters that name none. */
  private environment: ReadonlyMap<string, string> = new Map();

  constructor(controlPlane: ControlPlane) {
    this.api = new Api(controlPlane.kubeconfigOf());
    this.loop = new Loop(() => this.round());
  }

  /** It hangs: its Deployment stays available, and nothing happens. */
  pause(): Promise<void> {
    return this.loop.pause();
  }

  resume(): void {
    this.loop.resume();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
    this.api.close();
  }

  private async round(): Promise<void> {
    const clusters = await this.api.list<PostgresCluster>(`/apis/${API_VERSION}/postgresclusters`);
    if (clusters.length === 0 || !(await this.available())) return;
    for (const cluster of clusters.filter((candidate) => this.due(candidate))) await this.reconcile(cluster, clusters);
    await upgradeAll(this.api, clusters, this.options.failingUpgrade ?? false);
  }

  private async available(): Promise<boolean> {
    const deployments = await this.api.list<Workload>('/apis/apps/v1/deployments', { fieldSelector: 'metadata.name=pgo' });
    const found = deployments.find(({ status }) =>
      status.conditions?.some(({ type, status: is }) => type === 'Available' && is === 'True'),
    );
    const variables = found?.spec?.template?.spec.containers.flatMap(({ env = [] }) => env) ?? [];
    this.environment = new Map(variables.map(({ name, value = '' }) => [name, value]));
    return found !== undefined;
  }

  private due({ metadata }: PostgresCluster): boolean {
    const key = `${metadata.uid}/${metadata.generation}`;
    const since = this.known.get(key) ?? Date.now();
    this.known.set(key, since);
    return Date.now() - since >= (this.options.delayMilliseconds ?? 0);
  }

  private async reconcile(cluster: PostgresCluster, clusters: readonly PostgresCluster[]): Promise<void> {
    const { metadata } = cluster;
    const finalizers = metadata.finalizers ?? [];
    if (metadata.deletionTimestamp !== undefined) return this.tearDown(cluster);
    if (!finalizers.includes(FINALIZER)) await this.api.patch(pathOf(cluster), { metadata: { finalizers: [...finalizers, FINALIZER] } });
    if (this.options.missingImage) return this.complain(cluster);
    let observed = await this.observe(cluster);
    if (await restore(this.api, cluster, { ...observed, clusters, fails: this.options.failingRestore ?? false })) return;
    await rememberLeader(this.api, cluster, observed.pods);
    // A new cluster is made at once. Of a change, the status speaks first.
    if (cluster.status !== undefined && this.isChanged(cluster)) {
      const status = cluster.status.observedGeneration === metadata.generation ? undefined : nextStatus(cluster, observed);
      if (status !== undefined) await this.api.patch(`${pathOf(cluster)}/status`, { status });
      if (!this.hasWaited(cluster)) return;
    }
    if (this.isChanged(cluster) || this.isIncomplete(cluster, observed)) {
      await this.make(cluster, observed);
      this.made.set(metadata.uid, metadata.generation);
      this.images.set(metadata.uid, this.imageFor(cluster));
      observed = await this.observe(cluster);
    }
    await this.appointLeader(cluster, observed);
    await rollPods(this.api, observed.pods, observed.sets);
    const repos = cluster.status?.pgbackrest?.repos ?? [];
    const [repo] = repos;
    const backups = observed.backups.filter((each) => each.metadata.labels?.[label('pgbackrest-backup')] !== undefined);
    if (repo?.stanzaCreated && backups.length === 0) await this.apply([backup(cluster, repo.name)]);
    // Only when the first backup is complete, and not in a repository that does not work.
    if (repo?.replicaCreateBackupComplete && this.scheduled.get(metadata.uid) !== metadata.generation) {
      const isWorking = ({ metadata: { labels } }: Manifest): boolean =>
        repos.some(({ name, stanzaCreated }) => stanzaCreated && name === labels?.[label('pgbackrest-repo')]);
      await this.apply(schedules(cluster).filter(isWorking));
      if (repos.every(({ stanzaCreated }) => stanzaCreated)) this.scheduled.set(metadata.uid, metadata.generation);
    }
    const status = nextStatus(cluster, { ...observed, backups }, this.options.brokenRepositories);
    if (status !== undefined) await this.api.patch(`${pathOf(cluster)}/status`, { status });
  }

  private imageFor({ spec }: PostgresCluster): string | undefined {
    return spec.image ?? this.environment.get(`RELATED_IMAGE_POSTGRES_${spec.postgresVersion}`);
  }

  private isChanged(cluster: PostgresCluster): boolean {
    const { uid, generation } = cluster.metadata;
    return this.made.get(uid) !== generation || this.images.get(uid) !== this.imageFor(cluster);
  }

  private hasWaited(cluster: PostgresCluster): boolean {
    const { uid, generation } = cluster.metadata;
    const key = `${uid}/${generation}/${this.imageFor(cluster)}`;
    const since = this.known.get(key) ?? Date.now();
    this.known.set(key, since);
    return this.options.holdsChanges !== true && Date.now() - since >= APPLY_AFTER_MILLISECONDS;
  }

  private async observe(cluster: PostgresCluster): Promise<Seen> {
    const { namespace, name } = cluster.metadata;
    const query = { labelSelector: `${label('cluster')}=${name}` };
    const [sets, pods, backups, claims, secrets] = await Promise.all([
      this.api.list<StatefulSet>(`/apis/apps/v1/namespaces/${namespace}/statefulsets`, query),
      this.api.list<Pod>(`/api/v1/namespaces/${namespace}/pods`, query),
      this.api.list<Workload>(`/apis/batch/v1/namespaces/${namespace}/jobs`, query),
      this.api.list<Observed['claims'][number]>(`/api/v1/namespaces/${namespace}/persistentvolumeclaims`, query),
      // Those of the users may be there before, without a label.
      this.api.list<UserSecret>(`/api/v1/namespaces/${namespace}/secrets`),
    ]);
    return { sets, pods, backups, claims, secrets };
  }

  /** Whether one of its objects was deleted. */
  private isIncomplete(cluster: PostgresCluster, { sets, secrets }: Seen): boolean {
    const wanted = cluster.spec.instances.reduce((sum, { replicas }) => sum + replicas, 1);
    const hasPassword = ({ name }: { readonly name: string }): boolean =>
      secrets.some(({ metadata, data }) => metadata.name === secretNameOf(cluster, name) && data?.['password'] !== undefined);
    return sets.length < wanted || !usersOf(cluster).every(hasPassword);
  }

  private async make(cluster: PostgresCluster, { sets, pods, secrets, claims }: Seen): Promise<void> {
    const objects: Manifest[] = [...services(cluster), ...repositoryHost(cluster)];
    for (const set of cluster.spec.instances) {
      // The leader is the last to go.
      const leads = (name: string): number =>
        Number(pods.some(({ metadata }) => metadata.name === `${name}-0` && isLeader(metadata.labels)));
      const present = sets
        .filter(({ metadata }) => metadata.labels?.[label('instance-set')] === set.name)
        .map(({ metadata }) => metadata.name)
        .sort((one, other) => leads(other) - leads(one));
      const added = Array.from(
        { length: Math.max(0, set.replicas - present.length) },
        () => `${cluster.metadata.name}-${set.name}-${suffix()}`,
      );
      const wanted = [...present.slice(0, set.replicas), ...added];
      objects.push(...wanted.flatMap((name) => instance(cluster, set, name, this.imageFor(cluster))));
      if (set.replicas > 1) objects.push(disruptionBudget(cluster, set));
      await this.remove(cluster, present.slice(set.replicas), set.replicas > 1 ? [] : [`${cluster.metadata.name}-set-${set.name}`]);
    }
    for (const { name, databases } of usersOf(cluster)) {
      const live = secrets.find(({ metadata }) => metadata.name === secretNameOf(cluster, name));
      objects.push(userSecret(cluster, name, databases, live));
    }
    await this.apply(objects);
    // The claim of a repository goes at once when that has no volume any more.
    for (const { metadata } of claims.filter((claim) => claim.metadata.labels?.[label('pgbackrest-repo')] !== undefined)) {
      const isWanted = objects.some((object) => object.kind === 'PersistentVolumeClaim' && object.metadata.name === metadata.name);
      if (!isWanted) await this.api.delete(`/api/v1/namespaces/${metadata.namespace}/persistentvolumeclaims/${metadata.name}`);
    }
  }

  private async remove({ metadata }: PostgresCluster, instances: readonly string[], budgets: readonly string[]): Promise<void> {
    const { namespace } = metadata;
    const paths = [
      ...instances.map((name) => `/apis/apps/v1/namespaces/${namespace}/statefulsets/${name}`),
      ...instances.map((name) => `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}-pgdata`),
      ...budgets.map((name) => `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets/${name}`),
    ];
    for (const path of paths) if ((await this.api.get(path)) !== undefined) await this.api.delete(path);
  }

  private async apply(objects: readonly Manifest[]): Promise<void> {
    for (const { apiVersion, kind, metadata, ...rest } of objects) {
      const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
      const path = `${group}/namespaces/${metadata.namespace}/${kind.toLowerCase()}s/${metadata.name}`;
      await this.api.apply(path, { apiVersion, kind, metadata, ...rest }, MANAGER);
    }
  }

  /** What Patroni does: one instance that is ready leads, and the others follow. */
  private async appointLeader(cluster: PostgresCluster, { pods }: Observed): Promise<void> {
    const instances = pods.filter(({ metadata }) => metadata.labels?.[label('instance')] !== undefined);
    let led = instances.some(({ metadata }) => isLeader(metadata.labels));
    for (const { metadata, status } of instances) {
      const ready = status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True');
      if (!ready || metadata.labels?.[label('role')] !== undefined) continue;
      const labels = { [label('role')]: led ? 'replica' : 'master' };
      await this.api.patch(`/api/v1/namespaces/${cluster.metadata.namespace}/pods/${metadata.name}`, { metadata: { labels } });
      led = true;
    }
  }

  private async complain(cluster: PostgresCluster): Promise<void> {
    const { name, namespace, uid, generation } = cluster.metadata;
    if (this.made.get(uid) === -generation) return;
    const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    await this.api.create(`/api/v1/namespaces/${namespace}/events`, {
      metadata: { name: `${name}.${suffix()}${suffix()}`, namespace },
      involvedObject: { apiVersion: API_VERSION, kind: 'PostgresCluster', name, namespace, uid },
      type: 'Warning',
      reason: 'MissingRequiredImage',
      message: 'missing image(s): [crunchy-postgres]',
      source: { component: MANAGER },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    });
    this.made.set(uid, -generation);
  }

  /** The Pods end first; everything else has the cluster as its owner, and goes with it. */
  private async tearDown(cluster: PostgresCluster): Promise<void> {
    const finalizers = cluster.metadata.finalizers ?? [];
    if (!finalizers.includes(FINALIZER)) return;
    const { sets, pods } = await this.observe(cluster);
    for (const { metadata } of sets.filter((set) => set.metadata.deletionTimestamp === undefined)) {
      await this.api.delete(`/apis/apps/v1/namespaces/${metadata.namespace}/statefulsets/${metadata.name}`);
    }
    const instances = pods.filter(({ metadata }) => metadata.labels?.[label('data')] !== undefined);
    if (sets.length > 0 || instances.length > 0) return;
    await this.api.patch(pathOf(cluster), { metadata: { finalizers: finalizers.filter((name) => name !== FINALIZER) } });
  }
}

function pathOf({ metadata }: PostgresCluster): string {
  return `/apis/${API_VERSION}/namespaces/${metadata.namespace}/postgresclusters/${metadata.name}`;
}

const isLeader = (labels: Live['metadata']['labels']): boolean => labels?.[label('role')] === 'master';
