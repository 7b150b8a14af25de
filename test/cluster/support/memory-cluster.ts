import { type Manifest, idOf, formatKey, type Kind, keyOf, type ObjectKey } from '../../../manifests/manifest';
import type { LiveObject } from '../../../cluster/objects/live-object';
import { ENVIRONMENT_LABEL } from '../../../manifests/contract';
import { ApiError } from '../../../cluster/api/api-error';
import {
  type Access,
  type Applied,
  type ApplyOptions,
  type Cluster,
  type DeleteOptions,
  type ListOptions,
  type NamesOptions,
  type PatchOptions,
  type Resource,
  FIELD_MANAGER,
} from '../../../cluster/api/cluster';

/** Kinds that are in no namespace. All others are. */
const CLUSTER_SCOPED = [
  'ClusterRole',
  'CustomResourceDefinition',
  'Namespace',
  'PersistentVolume',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
];

/** A Map of objects in the place of a cluster: nothing in it happens by itself, and an apply lays the manifest over what is there. */
export class MemoryCluster implements Cluster {
  readonly namespace = 'here';
  /** Kinds, without their versions, that are not served. */
  readonly unserved = new Set<string>();
  /** What was asked for, in order: `apply ConfigMap cvat/one`. */
  readonly asked: string[] = [];
  private readonly objects = new Map<string, LiveObject>();
  private version = 0;

  constructor(...objects: readonly Manifest[]) {
    for (const object of objects) this.put(object);
  }

  /** Puts an object there as it is. With the environment's label it is as if deploy had applied it, unless it has managedFields of its own. */
  put(object: Manifest): LiveObject {
    const before = this.objects.get(idOf(keyOf(object)));
    const version = ++this.version;
    const metadata = {
      uid: before?.metadata.uid ?? `uid-${version}`,
      ...labelOwner(object),
      ...object.metadata,
      resourceVersion: String(version),
    };
    const live: LiveObject = { ...object, metadata };
    this.objects.set(idOf(keyOf(object)), live);
    return live;
  }

  remove(object: Manifest): void {
    this.objects.delete(idOf(keyOf(object)));
  }

  /** The writes among what was asked for. */
  get writes(): string[] {
    return this.asked.filter((each) => /^(apply|patch|delete) /.test(each));
  }

  get names(): string[] {
    return [...this.objects.values()].map((object) => formatKey(keyOf(object))).sort();
  }

  async resource({ kind }: Kind): Promise<Resource | undefined> {
    if (this.unserved.has(kind)) return undefined;
    return { name: `${kind.toLowerCase()}s`, namespaced: !CLUSTER_SCOPED.includes(kind), verbs: [] };
  }

  async kinds(): Promise<(Kind & Resource)[]> {
    const kinds = new Map([...this.objects.values()].map(({ apiVersion, kind }) => [`${apiVersion} ${kind}`, { apiVersion, kind }]));
    return [...kinds.values()].map(({ apiVersion, kind }) => ({
      apiVersion,
      kind,
      name: `${kind.toLowerCase()}s`,
      namespaced: !CLUSTER_SCOPED.includes(kind),
      verbs: ['list', 'delete'],
    }));
  }

  rediscover(): void {
    this.asked.push('rediscover');
  }

  async get(key: ObjectKey): Promise<LiveObject | undefined> {
    this.asked.push(`get ${formatKey(key)}`);
    return this.objects.get(idOf(key));
  }

  async list(kind: Kind, { namespace, labels = '' }: ListOptions = {}): Promise<LiveObject[]> {
    this.asked.push(`list ${kind.kind} ${namespace ?? '*'} ${labels}`.trim());
    const wanted = labels === '' ? [] : labels.split(',').map((label) => label.split('='));
    return [...this.objects.values()].filter(
      ({ apiVersion, kind: own, metadata }) =>
        apiVersion === kind.apiVersion &&
        own === kind.kind &&
        (namespace === undefined || metadata.namespace === namespace) &&
        wanted.every(([name = '', value]) => hasLabel(metadata.labels, name, value)),
    );
  }

  async existingNames(kind: Kind, { namespace, most }: NamesOptions): Promise<ReadonlySet<string> | undefined> {
    this.asked.push(`names ${kind.kind} ${namespace ?? '*'}`);
    const found = [...this.objects.values()].filter(
      ({ kind: other, metadata }) => other === kind.kind && (namespace === undefined || metadata.namespace === namespace),
    );
    return found.length > most ? undefined : new Set(found.map(({ metadata }) => metadata.name));
  }

  async apply(manifest: Manifest, { dryRun = false, force = false }: ApplyOptions = {}): Promise<Applied> {
    this.asked.push(`${dryRun ? 'dry run of' : 'apply'} ${formatKey(keyOf(manifest))}${force ? ' by force' : ''}`);
    const before = this.objects.get(idOf(keyOf(manifest)));
    const next = { ...before, ...manifest, metadata: metadataOf(before, manifest) };
    if (before && JSON.stringify(before) === JSON.stringify(next)) return { object: before, created: false };
    if (dryRun) return { object: { ...next, metadata: { uid: 'new', resourceVersion: '0', ...next.metadata } }, created: !before };
    return { object: this.put(next), created: !before };
  }

  async patch(key: ObjectKey, patch: object, { dryRun = false }: PatchOptions = {}): Promise<LiveObject> {
    this.asked.push(`${dryRun ? 'dry run of patch' : 'patch'} ${formatKey(key)} ${JSON.stringify(patch)}`);
    const before = this.objects.get(idOf(key));
    if (!before) throw new ApiError(404, { reason: 'NotFound' });
    const next = Array.isArray(patch) ? replaced(before, patch as Replacement[]) : merged(before, patch);
    if (next.metadata.resourceVersion !== before.metadata.resourceVersion) throw new ApiError(409, { reason: 'Conflict' });
    return dryRun ? next : this.put(next);
  }

  async delete(key: ObjectKey, { uid }: DeleteOptions = {}): Promise<void> {
    this.asked.push(`delete ${formatKey(key)}`);
    const before = this.objects.get(idOf(key));
    if (!before || (uid !== undefined && uid !== before.metadata.uid)) return;
    if (before.metadata.finalizers?.length) this.put(merged(before, { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }));
    else this.remove(before);
  }

  async isAllowed({ verb, kind, namespace }: Access): Promise<boolean> {
    this.asked.push(['may', verb, kind?.kind, namespace].filter((word) => word !== undefined).join(' '));
    return true;
  }
}

/** `name=value`, `name!=value` or `name`. */
function hasLabel(labels: Manifest['metadata']['labels'] = {}, name: string, value: string | undefined): boolean {
  if (name.endsWith('!')) return labels[name.slice(0, -1)] !== value;
  return value === undefined ? name in labels : labels[name] === value;
}

function labelOwner({ metadata }: Manifest): object {
  if (metadata.labels?.[ENVIRONMENT_LABEL] === undefined) return {};
  const fieldsV1 = { 'f:metadata': { 'f:labels': { [`f:${ENVIRONMENT_LABEL}`]: {} } } };
  return { managedFields: [{ manager: FIELD_MANAGER, operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1 }] };
}

/** The metadata of both; of annotations and labels, those that others have set stay. */
function metadataOf(before: LiveObject | undefined, { metadata }: Manifest): Manifest['metadata'] {
  if (!before) return metadata;
  const maps = (['annotations', 'labels'] as const).flatMap((name) =>
    before.metadata[name] || metadata[name] ? [[name, { ...before.metadata[name], ...metadata[name] }]] : [],
  );
  return { ...before.metadata, ...metadata, ...(Object.fromEntries(maps) as object) };
}

interface Replacement {
  readonly op: 'replace';
  readonly path: string;
  readonly value: unknown;
}

/** A JSON patch of fields of the metadata. */
function replaced(object: LiveObject, patch: readonly Replacement[]): LiveObject {
  const fields = patch.map(({ path, value }) => [path.replace('/metadata/', ''), value]);
  return { ...object, metadata: { ...object.metadata, ...(Object.fromEntries(fields) as object) } };
}

/** A JSON merge patch. */
function merged<Value extends object>(object: Value, patch: object): Value {
  const result = { ...object } as Record<string, unknown>;
  for (const [name, value] of Object.entries(patch) as [string, unknown][]) {
    if (value === null) Reflect.deleteProperty(result, name);
    else result[name] = typeof value === 'object' && !Array.isArray(value) ? merged((result[name] ?? {}) as object, value) : value;
  }
  return result as Value;
}
