import { type Kind, keyOf, type Manifest } from '../../../manifests/manifest';
import type { LiveObject } from '../../../cluster/objects/live-object';
import type { Clock } from '../../../cluster/session';
import { contractOf } from '../../../manifests/contract';
import { definitionFor, HELM_FINALIZER, installJobOf, isDefinitionReference, objectsOf, releaseOf, secretFor, volumeOf } from './helm';
import { operatedBy } from './invariants';
import { ModelPostgresOperator } from './postgres-operator';
import type { ModelServer } from './model-server';

const DEPLOYMENT: Kind = { apiVersion: 'apps/v1', kind: 'Deployment' };
const HELM_CHART: Kind = { apiVersion: 'helm.cattle.io/v1', kind: 'HelmChart' };
const JOB: Kind = { apiVersion: 'batch/v1', kind: 'Job' };

/** Each operator's own. */
export const FINALIZER = 'example.org/operator';

/**
 * What goes on in a cluster while somebody waits: each pause is a step in which Kubernetes, k3s' Helm controller and operators do a little. Time is
 * only counted.
 */
export class ModelWorld implements Clock {
  private time = Date.UTC(2026, 0, 1);
  private readonly waited = new Map<string, number>();
  readonly postgres: ModelPostgresOperator;

  constructor(
    private readonly server: ModelServer,
    /** The most steps that something takes. */
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

  /** Until nothing happens any more by itself. */
  settle(): void {
    for (let quiet = 0; quiet < this.slowness + 3;) {
      const before = this.server.changes;
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
    const operators = server.of(DEPLOYMENT).filter((deployment) => this.works(deployment));
    for (const definition of server.definitions()) {
      const operator = operators.find((each) => operatedBy(each).includes(definition.metadata.name));
      if (operator) for (const object of server.instancesOf(definition)) this.tickCustom(object, operator);
    }
  }

  private tickDeployment(deployment: LiveObject): void {
    const { generation = 1 } = deployment.metadata;
    if (!this.isDue(deployment, `${generation}`)) return;
    const status = { observedGeneration: generation, replicas: 1, updatedReplicas: 1, availableReplicas: 1 };
    this.server.change(keyOf(deployment), (object) => ({ ...object, status }));
  }

  /** An operator that is there, and has its account. */
  private works({ metadata, spec, status }: LiveObject): boolean {
    if (metadata.deletionTimestamp !== undefined || status === undefined) return false;
    const { serviceAccountName: name } = spec as { serviceAccountName?: string };
    return (
      name === undefined ||
      this.server.get({ apiVersion: 'v1', kind: 'ServiceAccount', namespace: metadata.namespace ?? '', name }) !== undefined
    );
  }

  /** As an operator does: what an object makes goes before it, and its finalizer last. */
  private tickCustom(object: LiveObject, operator: LiveObject): void {
    const { server } = this;
    const key = keyOf(object);
    const { namespace = '', name, uid, generation = 1, deletionTimestamp, finalizers = [] } = object.metadata;
    const isPostgres = object.kind === 'PostgresCluster';
    const made = (): Manifest[] => (contractOf(object).makes ?? []).map((reference) => secretFor(reference, namespace));
    if (deletionTimestamp !== undefined) {
      if (!finalizers.includes(FINALIZER) || !this.isDue(object, 'taken apart')) return;
      for (const secret of made()) server.delete(keyOf(secret));
      if (isPostgres && !this.postgres.tearDown(object)) return;
      if (this.isDue(object, 'gone')) server.hold(key, FINALIZER, false);
      return;
    }
    server.hold(key, FINALIZER, true);
    if (isPostgres) this.postgres.tick(server.get(key) ?? object, operator);
    if (!this.isDue(object, `${generation}`)) return;
    const ownerReferences = [{ apiVersion: object.apiVersion, kind: object.kind, name, uid }];
    const bring = (secret: Manifest): void => this.bring({ ...secret, metadata: { ...secret.metadata, ownerReferences } } as Manifest);
    if (!this.attempt(() => made().forEach(bring)) || isPostgres) return;
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
      // Nobody has stopped it.
      if (isActive(job) && !isSuspended(job)) this.install(chart);
      server.delete(jobKey);
      return server.hold(keyOf(chart), HELM_FINALIZER, false);
    }
    server.hold(keyOf(chart), HELM_FINALIZER, true);
    if (job === undefined) return void this.attempt(() => server.create(installJobOf(chart)));
    if (job.metadata.annotations?.['of'] !== String(generation)) return server.delete(jobKey);
    if (!isActive(job) || !this.isDue(chart, `installed ${generation}`)) return;
    if (!isSuspended(job) && !this.install(chart)) return;
    const status = isSuspended(job) ? { active: 0 } : { active: 0, conditions: [{ type: 'Complete', status: 'True' }] };
    server.change(jobKey, (object) => ({ ...object, status }));
  }

  /** Whether all of it could be installed. If not, its Job tries again. */
  private install(chart: LiveObject): boolean {
    const { server } = this;
    const { makes = [] } = contractOf(chart);
    const definitions = makes.filter(isDefinitionReference).map(definitionFor);
    if (definitions.some((definition) => server.get(keyOf(definition))?.metadata.deletionTimestamp !== undefined)) return false;
    return this.attempt(() => {
      for (const definition of definitions) server.create(definition);
      for (const object of [...objectsOf(chart), ...volumeOf(chart), releaseOf(chart)]) this.bring(object);
    });
  }

  /** Makes an object, or makes it what it should be. */
  private bring(manifest: Manifest): void {
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
      // Its namespace goes, or is not there yet: next time.
      return false;
    }
  }

  /** Everything takes its time, and not everything the same. */
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
