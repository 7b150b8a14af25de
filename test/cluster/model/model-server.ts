import { isDeepStrictEqual } from 'node:util';
import { ApiError } from '../../../cluster/api/api-error';
import { type Applied, FIELD_MANAGER, type Resource } from '../../../cluster/api/cluster';
import { ENVIRONMENT_LABEL } from '../../../manifests/contract';
import { groupKindOf, idOf, type Kind, keyOf, type ObjectKey, type Manifest } from '../../../manifests/manifest';
import type { LiveObject, ManagedFields } from '../../../cluster/objects/live-object';
import { applied, isFields, patched } from './merge';

/** The kinds that are always served: Kubernetes' own, and those of k3s. */
const BUILT_IN = [
  'v1 Namespace namespaces',
  'v1 ConfigMap configmaps *',
  'v1 Secret secrets *',
  'v1 ServiceAccount serviceaccounts *',
  'v1 PersistentVolumeClaim persistentvolumeclaims *',
  'v1 Pod pods *',
  'v1 Event events *',
  'apps/v1 Deployment deployments *',
  'apps/v1 StatefulSet statefulsets *',
  'batch/v1 Job jobs *',
  'apiextensions.k8s.io/v1 CustomResourceDefinition customresourcedefinitions',
  'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy validatingadmissionpolicies',
  'helm.cattle.io/v1 HelmChart helmcharts *',
  'helm.cattle.io/v1 HelmChartConfig helmchartconfigs *',
].map((line) => line.split(' ') as [string, string, string, string?]);

/** Finalizers that Kubernetes removes when the content of the object is deleted. */
const BUILT_IN_FINALIZERS: Readonly<Record<string, string>> = {
  Namespace: 'kubernetes',
  'CustomResourceDefinition.apiextensions.k8s.io': 'customresourcecleanup.apiextensions.k8s.io',
};

/** The steps after which the kind of a new CRD is served. It is Established after the first. */
const SERVED_AFTER = 2;

export interface CrdSpec {
  readonly group: string;
  readonly names: { readonly kind: string; readonly plural: string };
  readonly versions: readonly { readonly name: string; readonly served: boolean }[];
}

/** managedFields with the manager of the environment's label. The commands read no other field of them. */
export function labelledBy(manager: string, operation: 'Apply' | 'Update'): ManagedFields[] {
  const fieldsV1 = { 'f:metadata': { 'f:labels': { [`f:${ENVIRONMENT_LABEL}`]: {} } } };
  return [{ manager, operation, apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1 }];
}

export const specOf = (crd: Manifest): CrdSpec => crd['spec'] as CrdSpec;

const contentOf = ({ spec, data }: Manifest): unknown => ({ spec, data });

/** Whether both have a field with different values. */
function differs(one: unknown, other: unknown): boolean {
  if (one === undefined || other === undefined) return false;
  if (!isFields(one) || !isFields(other)) return !isDeepStrictEqual(one, other);
  return Object.keys(one).some((name) => differs(one[name], other[name]));
}

/** Unique among all servers of the process: contents of releases are cached by uid. */
let uids = 0;

/**
 * An API server in memory, with its controllers: the contents of a deleted namespace, custom resources of a deleted CRD and objects without a living
 * owner are deleted; finalizers delay that. Objects are replaced, never changed in place, so that callers can keep them.
 */
export class ModelServer {
  /** By kind, and then by id. */
  private readonly objects = new Map<string, Map<string, LiveObject>>();
  /** The manifest that our field manager applied last, by uid. */
  private readonly owned = new Map<string, Manifest>();
  /** What other managers have applied, by uid and manager. */
  private readonly others = new Map<string, ReadonlyMap<string, Manifest>>();
  /** Ids of objects whose applies an admission webhook refuses. */
  readonly refused = new Set<string>();
  private readonly established = new Map<string, number>();
  private served: ReadonlyMap<string, Resource> | undefined;
  private version = 0;

  constructor(private readonly now: () => number = () => 0) {
    for (const name of ['default', 'kube-system', 'elsewhere']) this.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }

  /** Increases with every change. */
  get changes(): number {
    return this.version;
  }

  get(key: ObjectKey): LiveObject | undefined {
    return this.objects.get(groupKindOf(key))?.get(idOf(key));
  }

  all(): LiveObject[] {
    return [...this.objects.values()].flatMap((objects) => [...objects.values()]);
  }

  /** All objects of a kind, in any version. */
  of(kind: Kind): LiveObject[] {
    return [...(this.objects.get(groupKindOf(kind))?.values() ?? [])];
  }

  /** The served kinds, by `apiVersion kind`. The kind of a CRD is served a step after the CRD is Established. */
  discovery(): ReadonlyMap<string, Resource> {
    return (this.served ??= this.discover());
  }

  private discover(): Map<string, Resource> {
    const verbs = ['get', 'list', 'patch', 'delete'];
    const resources = new Map<string, Resource>(
      BUILT_IN.map(([apiVersion, kind, name, scope]) => [`${apiVersion} ${kind}`, { name, namespaced: scope === '*', verbs }]),
    );
    for (const crd of this.crds()) {
      if ((this.established.get(crd.metadata.uid) ?? 0) < SERVED_AFTER) continue;
      const { group, names, versions } = specOf(crd);
      for (const { name } of versions) resources.set(`${group}/${name} ${names.kind}`, { name: names.plural, namespaced: true, verbs });
    }
    return resources;
  }

  apply(manifest: Manifest, dryRun = false, force = false): Applied {
    if (this.refused.has(idOf(keyOf(manifest)))) throw new ApiError(422, { reason: 'Invalid', message: 'denied by a webhook' });
    const live = this.get(keyOf(manifest));
    if (live) this.settleConflicts(live, manifest, { dryRun, force });
    if (!live) return { created: true, object: this.create(manifest, { applied: true, dryRun }) };
    const merged = applied(live, this.owned.get(live.metadata.uid), manifest) as LiveObject;
    const { managedFields = [] } = live.metadata;
    const others = managedFields.filter(({ manager }) => manager !== FIELD_MANAGER);
    const next = { ...merged, metadata: { ...merged.metadata, managedFields: [...others, ...labelledBy(FIELD_MANAGER, 'Apply')] } };
    if (!dryRun) this.owned.set(live.metadata.uid, manifest);
    if (isDeepStrictEqual(next, live)) return { created: false, object: live };
    return { created: false, object: dryRun ? next : this.put(live, next) };
  }

  /** As another manager applies an object by force, for example Flux. */
  applyAs(manager: string, manifest: Manifest): void {
    const live = this.get(keyOf(manifest)) ?? this.create(manifest);
    const applications = this.others.get(live.metadata.uid) ?? new Map<string, Manifest>();
    const merged = applied(live, applications.get(manager), manifest) as LiveObject;
    this.others.set(live.metadata.uid, new Map([...applications, [manager, manifest]]));
    const managers = (live.metadata.managedFields ?? []).filter((entry) => entry.manager !== manager);
    this.put(live, { ...merged, metadata: { ...merged.metadata, managedFields: [...managers, ...labelledBy(manager, 'Apply')] } });
  }

  /** Refuses an apply that would change a value that another manager has applied; with force, the manager no longer owns it. */
  private settleConflicts(live: LiveObject, manifest: Manifest, { dryRun, force }: { dryRun: boolean; force: boolean }): void {
    const { uid } = live.metadata;
    const all = [...(this.others.get(uid) ?? [])];
    const conflicts = all.filter(([, other]) => differs(contentOf(other), contentOf(manifest)));
    if (conflicts.length === 0) return;
    if (!force) {
      const causes = conflicts.map(([manager]) => ({
        reason: 'FieldManagerConflict',
        message: `conflict with "${manager}"`,
        field: '.spec.setting',
      }));
      throw new ApiError(409, { reason: 'Conflict', message: 'Apply failed with conflicts', details: { causes } });
    }
    if (!dryRun) this.others.set(uid, new Map(all.filter((each) => !conflicts.includes(each))));
  }

  patch(key: ObjectKey, patch: object): LiveObject {
    const live = this.get(key);
    if (!live) throw new ApiError(404, { reason: 'NotFound', message: `${key.kind} ${key.name} not found` });
    const { metadata } = patch as { metadata?: { resourceVersion?: string } };
    if (metadata?.resourceVersion !== undefined && metadata.resourceVersion !== live.metadata.resourceVersion)
      throw new ApiError(409, { reason: 'Conflict', message: 'the object has been modified' });
    return this.change(key, (object) => patched(object, patch) as LiveObject) ?? live;
  }

  /** Creates an object as another client does. If it exists, it is not changed. */
  create(manifest: Manifest, { applied: ours = false, dryRun = false } = {}): LiveObject {
    const present = this.get(keyOf(manifest));
    if (present) return present;
    this.admit(manifest);
    const held = BUILT_IN_FINALIZERS[groupKindOf(manifest)];
    const metadata = { ...manifest.metadata, uid: `uid-${++uids}`, resourceVersion: String(++this.version), generation: 1 };
    const creationTimestamp = new Date(this.now()).toISOString();
    const managedFields = ours ? labelledBy(FIELD_MANAGER, 'Apply') : [];
    const object: LiveObject = {
      ...manifest,
      metadata: { ...metadata, creationTimestamp, managedFields, ...(held !== undefined && { finalizers: [held] }) },
    };
    if (dryRun) return object;
    if (ours) this.owned.set(object.metadata.uid, manifest);
    this.store(object);
    return object;
  }

  /** Changes an object, if it exists, as another client does. */
  change(key: ObjectKey, by: (object: LiveObject) => LiveObject): LiveObject | undefined {
    const live = this.get(key);
    if (!live) return undefined;
    const next = by(live);
    return isDeepStrictEqual(next, live) ? live : this.put(live, next);
  }

  /** Deletes an object: at once, or when its last finalizer is removed. */
  delete(key: ObjectKey): void {
    const live = this.get(key);
    if (live?.metadata.deletionTimestamp !== undefined) return;
    if (live) this.put(live, { ...live, metadata: { ...live.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } });
  }

  /** Adds or removes a finalizer. */
  setFinalizer(key: ObjectKey, finalizer: string, held: boolean): void {
    this.change(key, (object) => {
      const { finalizers = [] } = object.metadata;
      if (finalizers.includes(finalizer) === held) return object;
      const others = finalizers.filter((name) => name !== finalizer);
      return { ...object, metadata: { ...object.metadata, finalizers: held ? [...others, finalizer] : others } };
    });
  }

  /** Runs one step of the controllers of Kubernetes. */
  tick(): void {
    for (const crd of this.crds()) this.tickCrd(crd);
    for (const namespace of this.of({ apiVersion: 'v1', kind: 'Namespace' })) {
      if (namespace.metadata.deletionTimestamp !== undefined)
        this.deleteContents(
          namespace,
          this.all().filter((object) => object.metadata.namespace === namespace.metadata.name),
        );
    }
    const all = this.all();
    const owned = all.filter(({ metadata }) => metadata.ownerReferences !== undefined);
    if (owned.length === 0) return;
    const uids = new Set(all.map(({ metadata }) => metadata.uid));
    for (const object of owned) if (!object.metadata.ownerReferences?.some(({ uid }) => uids.has(uid))) this.delete(keyOf(object));
  }

  crds(): LiveObject[] {
    return this.of({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' });
  }

  /** The custom resources of a CRD, in all namespaces. */
  instancesOf(crd: Manifest): LiveObject[] {
    const { group, names } = specOf(crd);
    return this.of({ apiVersion: `${group}/v1`, kind: names.kind });
  }

  private tickCrd(crd: LiveObject): void {
    const { uid, deletionTimestamp } = crd.metadata;
    const age = (this.established.get(uid) ?? 0) + 1;
    this.established.set(uid, age);
    if (age <= SERVED_AFTER) this.served = undefined;
    const status = { conditions: [{ type: 'Established', status: 'True' }] };
    if (age === 1) this.change(keyOf(crd), (object) => ({ ...object, status }));
    if (deletionTimestamp !== undefined) this.deleteContents(crd, this.instancesOf(crd));
  }

  private deleteContents(holder: LiveObject, content: readonly LiveObject[]): void {
    for (const object of content) this.delete(keyOf(object));
    if (content.length === 0) this.setFinalizer(keyOf(holder), BUILT_IN_FINALIZERS[groupKindOf(holder)] ?? '', false);
  }

  private admit(manifest: Manifest): void {
    const { namespace } = manifest.metadata;
    const crd = this.crds().find((each) => `${specOf(each).names.kind}.${specOf(each).group}` === groupKindOf(manifest));
    if (crd?.metadata.deletionTimestamp !== undefined)
      throw new ApiError(405, {
        reason: 'MethodNotAllowed',
        message: 'create not allowed while custom resource definition is terminating',
      });
    if (namespace === undefined) return;
    const live = this.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
    if (!live) throw new ApiError(404, { reason: 'NotFound', message: `namespaces "${namespace}" not found` });
    if (live.metadata.deletionTimestamp === undefined) return;
    const causes = [{ reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated` }];
    throw new ApiError(403, { reason: 'Forbidden', message: `namespace ${namespace} is being terminated`, details: { causes } });
  }

  private put(live: LiveObject, next: LiveObject): LiveObject {
    const { generation = 1 } = live.metadata;
    const isNew = !isDeepStrictEqual({ ...next, metadata: 0, status: 0 }, { ...live, metadata: 0, status: 0 });
    const isDeleted = next.metadata.deletionTimestamp !== live.metadata.deletionTimestamp;
    const metadata = { ...next.metadata, resourceVersion: String(++this.version), generation: generation + (isNew || isDeleted ? 1 : 0) };
    const object = { ...next, metadata };
    if (metadata.deletionTimestamp === undefined || (metadata.finalizers ?? []).length > 0) this.store(object);
    else {
      this.objects.get(groupKindOf(object))?.delete(idOf(keyOf(object)));
      this.served = undefined;
    }
    return object;
  }

  private store(object: LiveObject): void {
    const kind = groupKindOf(object);
    const objects = this.objects.get(kind) ?? new Map<string, LiveObject>();
    this.objects.set(kind, objects.set(idOf(keyOf(object)), object));
  }
}
