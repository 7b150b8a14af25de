import { type Kind, keyOf, type Manifest } from '../../../manifests/manifest';
import type { LiveObject } from '../../../cluster/objects/live-object';
import type { Clock } from '../../../cluster/session';
import { contractOf } from '../../../manifests/contract';
import { crdFor, HELM_FINALIZER, installJobOf, isCrdReference, objectsOf, releaseOf, secretFor, volumeOf } from './helm';
import { operatedBy } from './invariants';
import { ModelPostgresOperator } from './postgres-operator';
import type { ModelServer } from './model-server';

const DEPLOYMENT: Kind = { apiVersion: 'apps/v1', kind: 'Deployment' };
const HELM_CHART: Kind = { apiVersion: 'helm.cattle.io/v1', kind: 'HelmChart' };
const JOB: Kind = { apiVersion: 'batch/v1', kind: 'Job' };

/** Creation timestamps are in seconds: what existed before has an earlier one. */
const STEP_MILLISECONDS = 1000;

/** The finalizer of every operator. */
export const FINALIZER = 'example.org/operator';

/**
 * The controllers of a cluster. Each pause of a command is one step of Kubernetes, k3s' Helm controller and the operators. The clock advances only
 * by these pauses.
 */
export class ModelWorld implements Clock {
  private time = Date.UTC(2026, 0, 1);
  private readonly waited = new Map<string, number>();
  readonly postgres: ModelPostgresOperator;

  constructor(
    private readonly server: ModelServer,
    /** The maximum number of steps that an action of a controller takes. */
    private readonly slowness: number,
  ) {
    this.postgres = new ModelPostgresOperator(server, (object, step) => this.isDue(object, step));
  }

  now(): number {
    return this.time;
  }

  async pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.time += milliseconds;
    this.tick();
    await undefined;
  }

  /** Runs steps until no controller changes anything. */
  settle(): void {
    for (let quiet = 0; quiet < this.slowness + 3;) {
      const before = this.server.changes;
      this.time += STEP_MILLISECONDS;
      this.tick();
      quiet = this.server.changes === before ? quiet + 1 : 0;
    }
  }

  tick(): void {
    const { server } = this;
    server.tick();
    for (const deployment of server.of(DEPLOYMENT)) this.tickDeployment(deployment);
    for (const claim of server.of({ apiVersion: 'v1', kind: 'PersistentVolumeClaim' })) {
      server.change(keyOf(claim), (object) => ({ ...object, status: { phase: 'Bound' } }));
    }
    for (const chart of server.of(HELM_CHART)) this.tickChart(chart);
    for (const set of server.of({ apiVersion: 'apps/v1', kind: 'StatefulSet' })) this.postgres.tickSet(set);
    const operators = server.of(DEPLOYMENT).filter((deployment) => this.isRunning(deployment));
    for (const crd of server.crds()) {
      const operator = operators.find((each) => operatedBy(each).includes(crd.metadata.name));
      if (operator) for (const object of server.instancesOf(crd)) this.tickCustom(object, operator);
    }
  }

  private tickDeployment(deployment: LiveObject): void {
    const { generation = 1 } = deployment.metadata;
    if (!this.isDue(deployment, `${generation}`)) return;
    const status = { observedGeneration: generation, replicas: 1, updatedReplicas: 1, availableReplicas: 1 };
    this.server.change(keyOf(deployment), (object) => ({ ...object, status }));
  }

  /** Whether a Deployment runs and its ServiceAccount exists. */
  private isRunning({ metadata, spec, status }: LiveObject): boolean {
    if (metadata.deletionTimestamp !== undefined || status === undefined) return false;
    const { serviceAccountName: name } = spec as { serviceAccountName?: string };
    return (
      name === undefined ||
      this.server.get({ apiVersion: 'v1', kind: 'ServiceAccount', namespace: metadata.namespace ?? '', name }) !== undefined
    );
  }

  /** Reconciles a custom resource as an operator does. On deletion it deletes the Secrets first, and removes its finalizer last. */
  private tickCustom(object: LiveObject, operator: LiveObject): void {
    const { server } = this;
    const key = keyOf(object);
    const { namespace = '', name, uid, generation = 1, deletionTimestamp, finalizers = [] } = object.metadata;
    const isPostgres = object.kind === 'PostgresCluster';
    const made = (): Manifest[] => (contractOf(object).makes ?? []).map((reference) => secretFor(reference, namespace));
    if (deletionTimestamp !== undefined) {
      if (!finalizers.includes(FINALIZER) || !this.isDue(object, 'finalized')) return;
      for (const secret of made()) server.delete(keyOf(secret));
      if (isPostgres && !this.postgres.tearDown(object)) return;
      if (this.isDue(object, 'deleted')) server.setFinalizer(key, FINALIZER, false);
      return;
    }
    server.setFinalizer(key, FINALIZER, true);
    if (isPostgres) this.postgres.tick(server.get(key) ?? object, operator);
    if (!this.isDue(object, `${generation}`)) return;
    const ownerReferences = [{ apiVersion: object.apiVersion, kind: object.kind, name, uid }];
    const createOrUpdate = (secret: Manifest): void =>
      this.createOrUpdate({ ...secret, metadata: { ...secret.metadata, ownerReferences } } as Manifest);
    if (!this.attempt(() => made().forEach(createOrUpdate)) || isPostgres) return;
    const conditions = [{ type: 'Ready', status: 'True' }];
    server.change(key, (live) => ({ ...live, status: { observedGeneration: generation, conditions } }));
  }

  private tickChart(chart: LiveObject): void {
    const { server } = this;
    const { name, namespace = '', generation = 1, deletionTimestamp, finalizers = [] } = chart.metadata;
    const jobKey = { ...JOB, namespace, name: `helm-install-${name}` };
    const job = server.get(jobKey);
    if (deletionTimestamp !== undefined) {
      if (!finalizers.includes(HELM_FINALIZER) || !this.isDue(chart, 'uninstalled')) return;
      for (const object of [...objectsOf(chart), releaseOf(chart)]) server.delete(keyOf(object));
      // An install Job that is not suspended may still finish.
      if (isActive(job) && !isSuspended(job)) this.install(chart);
      server.delete(jobKey);
      return server.setFinalizer(keyOf(chart), HELM_FINALIZER, false);
    }
    server.setFinalizer(keyOf(chart), HELM_FINALIZER, true);
    if (job === undefined) return void this.attempt(() => server.create(installJobOf(chart)));
    if (job.metadata.annotations?.['of'] !== String(generation)) return server.delete(jobKey);
    if (!isActive(job) || !this.isDue(chart, `installed ${generation}`)) return;
    if (!isSuspended(job) && !this.install(chart)) return;
    const status = isSuspended(job) ? { active: 0 } : { active: 0, conditions: [{ type: 'Complete', status: 'True' }] };
    server.change(jobKey, (object) => ({ ...object, status }));
  }

  /** Installs the release; false if something could not be created. Its Job then tries again. */
  private install(chart: LiveObject): boolean {
    const { server } = this;
    const { makes = [] } = contractOf(chart);
    const crds = makes.filter(isCrdReference).map(crdFor);
    if (crds.some((crd) => server.get(keyOf(crd))?.metadata.deletionTimestamp !== undefined)) return false;
    return this.attempt(() => {
      for (const crd of crds) server.create(crd);
      for (const object of [...objectsOf(chart), ...volumeOf(chart), releaseOf(chart)]) this.createOrUpdate(object);
    });
  }

  /** Creates an object, or updates it to the manifest. */
  private createOrUpdate(manifest: Manifest): void {
    const { metadata, ...content } = manifest;
    const { ownerReferences } = metadata as LiveObject['metadata'];
    this.server.create(manifest);
    this.server.change(keyOf(manifest), (object) => ({
      ...object,
      ...content,
      ...(content['data'] !== undefined && { data: { ...(object['data'] as object | undefined), ...content['data'] } }),
      metadata: { ...object.metadata, ...(ownerReferences && { ownerReferences }) },
    }));
  }

  private attempt(make: () => void): boolean {
    try {
      make();
      return true;
    } catch {
      // Its namespace is terminating or does not exist yet: the next step tries again.
      return false;
    }
  }

  /** Whether an action is done in this step. The number of steps depends on the object and the action. */
  private isDue({ metadata: { uid, name } }: LiveObject, what: string): boolean {
    const steps = (this.waited.get(`${uid} ${what}`) ?? 0) + 1;
    this.waited.set(`${uid} ${what}`, steps);
    return steps > [...`${name} ${what}`].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % (this.slowness + 1);
  }
}

function isActive(job: LiveObject | undefined): boolean {
  return job !== undefined && ((job['status'] ?? {}) as { active?: number }).active === 1;
}

function isSuspended(job: LiveObject | undefined): boolean {
  return ((job?.['spec'] ?? {}) as { suspend?: boolean }).suspend === true;
}
