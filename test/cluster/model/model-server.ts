import { isDeepStrictEqual } from 'node:util';
import { ApiError } from '../../../cluster/api/api-error';
import { type Applied, FIELD_MANAGER, type Resource } from '../../../cluster/api/cluster';
import { ENVIRONMENT_LABEL } from '../../../manifests/contract';
import { groupKindOf, idOf, type Kind, keyOf, type ObjectKey, type Manifest } from '../../../manifests/manifest';
import type { LiveObject, ManagedFields } from '../../../cluster/objects/live-object';
import { applied, patched } from './merge';

/** The kinds that are always there: Kubernetes' own, and those that k3s brings. */
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

/** The finalizers with which Kubernetes itself holds what has a content. */
const HELD: Readonly<Record<string, string>> = {
  Namespace: 'kubernetes',
  'CustomResourceDefinition.apiextensions.k8s.io': 'customresourcecleanup.apiextensions.k8s.io',
};

/** Steps from a definition to its kind's being served; it is established in the first. */
const SERVED_AFTER = 2;

export interface DefinitionSpec {
  readonly group: string;
  readonly names: { readonly kind: string; readonly plural: string };
  readonly versions: readonly { readonly name: string; readonly served: boolean }[];
}

/** Who has set the label of the environment: all that is read of managedFields. */
export function labelledBy(manager: string, operation: 'Apply' | 'Update'): ManagedFields[] {
  const fieldsV1 = { 'f:metadata': { 'f:labels': { [`f:${ENVIRONMENT_LABEL}`]: {} } } };
  return [{ manager, operation, apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1 }];
}

export const specOf = (definition: Manifest): DefinitionSpec => definition['spec'] as DefinitionSpec;

/** Uids are never used twice, also not by another server: what was unpacked of a release is remembered by them. */
let uids = 0;

/**
 * An API server in memory, with the controllers that belong to it: what is in a namespace goes with it, objects go with their definition, and
 * what is owned with its owners; finalizers hold them. Objects are never changed, but replaced, so that nobody's copy changes.
 */
export class ModelServer {
  /** By id, and those of one kind together. */
  private readonly objects = new Map<string, Map<string, LiveObject>>();
  /** What our manager has applied, by uid. */
  private readonly owned = new Map<string, Manifest>();
  private readonly established = new Map<string, number>();
  private served: ReadonlyMap<string, Resource> | undefined;
  private version = 0;

  constructor(private readonly now: () => number = () => 0) {
    for (const name of ['default', 'kube-system', 'elsewhere']) this.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }

  /** Rises with every change. */
  get changes(): number {
    return this.version;
  }

  get(key: ObjectKey): LiveObject | undefined {
    return this.objects.get(groupKindOf(key))?.get(idOf(key));
  }

  all(): LiveObject[] {
    return [...this.objects.values()].flatMap((objects) => [...objects.values()]);
  }

  /** Of whatever version. */
  of(kind: Kind): LiveObject[] {
    return [...(this.objects.get(groupKindOf(kind))?.values() ?? [])];
  }

  /** `apiVersion kind` of all that can be asked for. A definition's kind is served a moment after it is established. */
  discovery(): ReadonlyMap<string, Resource> {
    return (this.served ??= this.discover());
  }

  private discover(): Map<string, Resource> {
    const verbs = ['get', 'list', 'patch', 'delete'];
    const resources = new Map<string, Resource>(
      BUILT_IN.map(([apiVersion, kind, name, scope]) => [`${apiVersion} ${kind}`, { name, namespaced: scope === '*', verbs }]),
    );
    for (const definition of this.definitions()) {
      if ((this.established.get(definition.metadata.uid) ?? 0) < SERVED_AFTER) continue;
      const { group, names, versions } = specOf(definition);
      for (const { name } of versions) resources.set(`${group}/${name} ${names.kind}`, { name: names.plural, namespaced: true, verbs });
    }
    return resources;
  }

  apply(manifest: Manifest, dryRun = false): Applied {
    const live = this.get(keyOf(manifest));
    if (!live) return { created: true, object: this.create(manifest, { applied: true, dryRun }) };
    const merged = applied(live, this.owned.get(live.metadata.uid), manifest) as LiveObject;
    const { managedFields = [] } = live.metadata;
    const others = managedFields.filter(({ manager }) => manager !== FIELD_MANAGER);
    const next = { ...merged, metadata: { ...merged.metadata, managedFields: [...others, ...labelledBy(FIELD_MANAGER, 'Apply')] } };
    if (!dryRun) this.owned.set(live.metadata.uid, manifest);
    if (isDeepStrictEqual(next, live)) return { created: false, object: live };
    return { created: false, object: dryRun ? next : this.put(live, next) };
  }

  patch(key: ObjectKey, patch: object): LiveObject {
    const live = this.get(key);
    if (!live) throw new ApiError(404, { reason: 'NotFound', message: `${key.kind} ${key.name} not found` });
    const { metadata } = patch as { metadata?: { resourceVersion?: string } };
    if (metadata?.resourceVersion !== undefined && metadata.resourceVersion !== live.metadata.resourceVersion)
      throw new ApiError(409, { reason: 'Conflict', message: 'the object has been modified' });
    return this.change(key, (object) => patched(object, patch) as LiveObject) ?? live;
  }

  /** As somebody else makes an object; nothing where it is there already. */
  create(manifest: Manifest, { applied: ours = false, dryRun = false } = {}): LiveObject {
    const present = this.get(keyOf(manifest));
    if (present) return present;
    this.admit(manifest);
    const held = HELD[groupKindOf(manifest)];
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

  /** As somebody else changes an object, if it is there. */
  change(key: ObjectKey, by: (object: LiveObject) => LiveObject): LiveObject | undefined {
    const live = this.get(key);
    if (!live) return undefined;
    const next = by(live);
    return isDeepStrictEqual(next, live) ? live : this.put(live, next);
  }

  /** Gone at once, or when its finalizers are. */
  delete(key: ObjectKey): void {
    const live = this.get(key);
    if (live?.metadata.deletionTimestamp !== undefined) return;
    if (live) this.put(live, { ...live, metadata: { ...live.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } });
  }

  /** Adds a finalizer, or takes one off. */
  hold(key: ObjectKey, finalizer: string, held: boolean): void {
    this.change(key, (object) => {
      const { finalizers = [] } = object.metadata;
      if (finalizers.includes(finalizer) === held) return object;
      const others = finalizers.filter((name) => name !== finalizer);
      return { ...object, metadata: { ...object.metadata, finalizers: held ? [...others, finalizer] : others } };
    });
  }

  /** Its own controllers take a step. */
  tick(): void {
    for (const definition of this.definitions()) this.tickDefinition(definition);
    for (const namespace of this.of({ apiVersion: 'v1', kind: 'Namespace' })) {
      if (namespace.metadata.deletionTimestamp !== undefined)
        this.takeAlong(
          namespace,
          this.all().filter((object) => object.metadata.namespace === namespace.metadata.name),
        );
    }
    const all = this.all();
    const owned = all.filter(({ metadata }) => metadata.ownerReferences !== undefined);
    if (owned.length === 0) return;
    const there = new Set(all.map(({ metadata }) => metadata.uid));
    for (const object of owned) if (!object.metadata.ownerReferences?.some(({ uid }) => there.has(uid))) this.delete(keyOf(object));
  }

  definitions(): LiveObject[] {
    return this.of({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' });
  }

  /** All objects of a definition, wherever. */
  instancesOf(definition: Manifest): LiveObject[] {
    const { group, names } = specOf(definition);
    return this.of({ apiVersion: `${group}/v1`, kind: names.kind });
  }

  private tickDefinition(definition: LiveObject): void {
    const { uid, deletionTimestamp } = definition.metadata;
    const age = (this.established.get(uid) ?? 0) + 1;
    this.established.set(uid, age);
    if (age <= SERVED_AFTER) this.served = undefined;
    const status = { conditions: [{ type: 'Established', status: 'True' }] };
    if (age === 1) this.change(keyOf(definition), (object) => ({ ...object, status }));
    if (deletionTimestamp !== undefined) this.takeAlong(definition, this.instancesOf(definition));
  }

  private takeAlong(holder: LiveObject, content: readonly LiveObject[]): void {
    for (const object of content) this.delete(keyOf(object));
    if (content.length === 0) this.hold(keyOf(holder), HELD[groupKindOf(holder)] ?? '', false);
  }

  private admit(manifest: Manifest): void {
    const { namespace } = manifest.metadata;
    const definition = this.definitions().find((each) => `${specOf(each).names.kind}.${specOf(each).group}` === groupKindOf(manifest));
    if (definition?.metadata.deletionTimestamp !== undefined)
      throw new ApiError(405, {
        reason: 'MethodNotAllowed',
        message: 'create not allowed while custom resource definition is terminating',
      });
    if (namespace === undefined) return;
    const home = this.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
    if (!home) throw new ApiError(404, { reason: 'NotFound', message: `namespaces "${namespace}" not found` });
    if (home.metadata.deletionTimestamp === undefined) return;
    const causes = [{ reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated` }];
    throw new ApiError(403, { reason: 'Forbidden', message: `namespace ${namespace} is being terminated`, details: { causes } });
  }

  private put(live: LiveObject, next: LiveObject): LiveObject {
    const { generation = 1 } = live.metadata;
    const isNew = !isDeepStrictEqual({ ...next, metadata: 0, status: 0 }, { ...live, metadata: 0, status: 0 });
    const isDoomed = next.metadata.deletionTimestamp !== live.metadata.deletionTimestamp;
    const metadata = { ...next.metadata, resourceVersion: String(++this.version), generation: generation + (isNew || isDoomed ? 1 : 0) };
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
