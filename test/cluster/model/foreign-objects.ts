import { isDeepStrictEqual } from 'node:util';
import { ApiError } from '../../../cluster/api/api-error';
import { type LiveObject, without as omit } from '../../../cluster/objects/live-object';
import { keyOf, type Manifest } from '../../../manifests/manifest';
import type { Reference } from '../../../manifests/reference';
import { crdFor, releaseKeyOf } from './helm';
import { words } from './invariants';
import type { ModelServer } from './model-server';

/** Objects that others have created, most of them with the names of objects of dist, and what our commands may do with them. */
export class ForeignObjects {
  /** As they were created or changed by others, by uid: no field of them may change. */
  private readonly untouched = new Map<string, LiveObject>();
  /** Objects given to --adopt, by uid: deploy may change them, and must not delete them. */
  private readonly adopted = new Map<string, LiveObject>();

  constructor(private readonly server: ModelServer) {}

  get all(): readonly LiveObject[] {
    return [...this.untouched.values()];
  }

  has({ metadata }: LiveObject): boolean {
    return this.untouched.has(metadata.uid);
  }

  isAdopted({ metadata }: LiveObject): boolean {
    return this.adopted.has(metadata.uid);
  }

  /** Creates an object that has the name of one of dist, without our label. A HelmChart is installed when the world goes on. */
  create(object: Manifest, differs: boolean): void {
    const metadata = omit(object.metadata, ['labels', 'annotations']) as Manifest['metadata'];
    const spec = (object['spec'] ?? {}) as { readonly targetNamespace?: string };
    const other = spec.targetNamespace === undefined ? { setting: -1 } : { targetNamespace: 'elsewhere' };
    const isChanged = differs && object['spec'] !== undefined && object.kind !== 'CustomResourceDefinition';
    this.add({ ...object, metadata, ...(isChanged && { spec: { ...spec, ...other } }) });
  }

  /** Creates a CRD that a chart of dist would install. */
  createCrd(reference: Reference): void {
    this.add(crdFor(reference));
  }

  private add(object: Manifest): void {
    if (!this.server.discovery().has(`${object.apiVersion} ${object.kind}`)) return;
    const isNew = this.server.get(keyOf(object)) === undefined;
    const live = attempt(() => this.server.create(object));
    if (live && isNew) this.untouched.set(live.metadata.uid, live);
  }

  /** What the releases of foreign HelmCharts contain is foreign as well. To be called when the world has settled. */
  addReleases(): void {
    const released = this.all.flatMap((chart) => this.releasedBy(chart));
    for (const object of released) if (!this.has(object)) this.untouched.set(object.metadata.uid, object);
  }

  private releasedBy(chart: LiveObject): LiveObject[] {
    if (chart.kind !== 'HelmChart') return [];
    const { name, namespace } = releaseKeyOf(chart);
    return this.server.all().filter(({ kind, metadata }) => {
      if (metadata.namespace !== namespace || kind === 'HelmChart' || kind === 'Job') return false;
      return [name, `${name}-data`, `sh.helm.release.v1.${name}.v1`].includes(metadata.name);
    });
  }

  /** As another client changes one. */
  change(object: LiveObject, by: (live: LiveObject) => LiveObject): void {
    const live = this.server.change(keyOf(object), by);
    if (live && this.untouched.has(live.metadata.uid)) this.untouched.set(live.metadata.uid, live);
  }

  /** Adopts objects by --adopt. The release of a HelmChart is adopted with it. */
  adopt(objects: readonly LiveObject[]): void {
    for (const object of objects.flatMap((each) => [each, ...this.releasedBy(each)])) {
      if (this.untouched.delete(object.metadata.uid)) this.adopted.set(object.metadata.uid, object);
    }
  }

  /** Deploy has refused to run, so that it has adopted none of them. */
  restore(objects: readonly LiveObject[]): void {
    for (const object of objects.flatMap((each) => [each, ...this.releasedBy(each)])) {
      const known = this.adopted.get(object.metadata.uid);
      if (this.adopted.delete(object.metadata.uid) && known) this.untouched.set(known.metadata.uid, known);
    }
  }

  /** Those that our commands have deleted, or changed without adopting them: none. */
  get harmed(): string[] {
    return [...this.untouched.values(), ...this.adopted.values()].flatMap((object) => {
      const live = this.server.get(keyOf(object));
      if (live?.metadata.uid !== object.metadata.uid || live.metadata.deletionTimestamp !== undefined)
        return [`${words(object)} is deleted`];
      const isUnchanged = this.adopted.has(object.metadata.uid) || isDeepStrictEqual(fieldsOf(live), fieldsOf(object));
      return isUnchanged ? [] : [`${words(object)} is changed`];
    });
  }
}

/** What only others may change: controllers write the status and add finalizers. */
function fieldsOf(object: LiveObject): unknown {
  const { labels, annotations, managedFields } = object.metadata;
  return { ...omit(object, ['status']), metadata: { labels, annotations, managedFields } };
}

/** Undefined where the namespace or CRD does not exist. */
export function attempt<Answer>(make: () => Answer): Answer | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}
