import { type Manifest, groupKindOf, groupOf, type Kind, keyOf, type ObjectKey } from '../../manifests/manifest';
import type { LiveObject } from '../objects/live-object';
import {
  type Access,
  type Applied,
  type ApplyOptions,
  type Cluster,
  type DeleteOptions,
  FIELD_MANAGER,
  type ListOptions,
  type NamesOptions,
  type PatchOptions,
  type Resource,
} from './cluster';
import { CommandProblem } from '../problem';
import { ApiError, isCode } from './api-error';
import { discover, versionedKind } from './discovery';
import type { Http } from './http';

/** The largest number of objects in a page. Nearly every list fits in one. */
const PAGE = 5000;

/** Or all of the objects: not every aggregated API has this form. https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches */
const ONLY_METADATA = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

interface Page {
  readonly metadata: { readonly continue?: string };
  /** Null in an empty list of metadata. */
  readonly items: readonly LiveObject[] | null;
}

/** A cluster behind a real API server. */
export class ApiCluster implements Cluster {
  readonly namespace: string;
  private resources: Promise<ReadonlyMap<string, Resource>> | undefined;

  constructor(private readonly http: Http) {
    this.namespace = http.connection.namespace;
  }

  async resource(kind: Kind): Promise<Resource | undefined> {
    return (await (this.resources ??= discover(this.http))).get(versionedKind(kind));
  }

  async kinds(): Promise<(Kind & Resource)[]> {
    const kinds = new Map<string, Kind & Resource>();
    for (const [name, resource] of await (this.resources ??= discover(this.http))) {
      const [apiVersion = '', kind = ''] = name.split(' ');
      const id = groupKindOf({ apiVersion, kind });
      if (!kinds.has(id)) kinds.set(id, { ...resource, apiVersion, kind });
    }
    return [...kinds.values()];
  }

  rediscover(): void {
    this.resources = undefined;
  }

  async get(key: ObjectKey): Promise<LiveObject | undefined> {
    const path = await this.pathOf(key, key.name);
    if (path === undefined) return undefined;
    try {
      return (await this.http.send<LiveObject>({ path })).body;
    } catch (error) {
      if (isCode(error, 404)) return undefined;
      throw error;
    }
  }

  async list(kind: Kind, { namespace, labels, fields }: ListOptions = {}): Promise<LiveObject[]> {
    const path = await this.pathOf({ ...kind, ...(namespace !== undefined && { namespace }) });
    if (path === undefined) return [];
    const query = { labelSelector: labels, fieldSelector: fields };
    const items: LiveObject[] = [];
    try {
      let next: string | undefined;
      do {
        const { body } = await this.http.send<Page>({ path, query: { ...query, limit: String(PAGE), continue: next } });
        for (const item of body.items ?? []) items.push(item);
        next = body.metadata.continue || undefined;
      } while (next !== undefined);
    } catch (error) {
      // The API server remembers for some minutes where the next page begins. Without pages it is not asked to.
      if (!isCode(error, 410)) throw error;
      const { body } = await this.http.send<Page>({ path, query });
      items.splice(0, items.length, ...(body.items ?? []));
    }
    // The items of a list have no apiVersion and kind.
    return items.map((item) => ({ ...item, ...kind }));
  }

  async existingNames(kind: Kind, { namespace, most }: NamesOptions): Promise<ReadonlySet<string> | undefined> {
    const path = await this.pathOf({ ...kind, ...(namespace !== undefined && { namespace }) });
    if (path === undefined) return new Set();
    const { body } = await this.http.send<Page>({ path, query: { limit: String(most) }, accept: ONLY_METADATA });
    return body.metadata.continue ? undefined : new Set((body.items ?? []).map(({ metadata }) => metadata.name));
  }

  async apply(manifest: Manifest, { dryRun = false, force = false }: ApplyOptions = {}): Promise<Applied> {
    const key = keyOf(manifest);
    const path = (await this.resource(key)) && (await this.pathOf(key, key.name));
    if (path === undefined)
      throw new ApiError(404, { reason: 'NotFound', message: `the API server does not serve ${versionedKind(manifest)}` });
    const query = { fieldManager: FIELD_MANAGER, fieldValidation: 'Strict', force: String(force), dryRun: dryRun ? 'All' : undefined };
    const contentType = 'application/apply-patch+yaml';
    const { code, body, warnings } = await this.http.send<LiveObject>({ method: 'PATCH', path, query, contentType, body: manifest });
    return { object: body, created: code === 201, ...(warnings.length > 0 && { warnings }) };
  }

  async patch(key: ObjectKey, patch: object, { dryRun = false }: PatchOptions = {}): Promise<LiveObject> {
    const path = await this.pathOf(key, key.name);
    if (path === undefined) throw new ApiError(404, { reason: 'NotFound', message: `the API server does not serve ${versionedKind(key)}` });
    const contentType = Array.isArray(patch) ? 'application/json-patch+json' : 'application/merge-patch+json';
    const query = { fieldManager: FIELD_MANAGER, ...(dryRun && { dryRun: 'All' }) };
    return (await this.http.send<LiveObject>({ method: 'PATCH', path, query, contentType, body: patch })).body;
  }

  async delete(key: ObjectKey, { uid, resourceVersion, foreground = false, dryRun = false }: DeleteOptions = {}): Promise<void> {
    const path = await this.pathOf(key, key.name);
    if (path === undefined) return;
    // The default policy of a Job would orphan its Pods.
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: foreground ? 'Foreground' : 'Background',
      preconditions: { uid, resourceVersion },
      // Not in the query: of a request with a body the API server reads the options of the body only, and would delete the object.
      ...(dryRun && { dryRun: ['All'] }),
    };
    try {
      await this.http.send({ method: 'DELETE', path, body });
    } catch (error) {
      // Not found, or a new object of the same name (409 on the uid alone).
      if (!isCode(error, 404) && !(uid !== undefined && resourceVersion === undefined && isCode(error, 409))) throw error;
    }
  }

  async isAllowed({ verb, kind, namespace }: Access): Promise<boolean> {
    const resource = kind && (await this.resource(kind));
    const attributes = {
      verb,
      group: kind ? groupOf(kind.apiVersion) : '*',
      resource: resource?.name ?? '*',
      ...(namespace !== undefined && { namespace }),
    };
    const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes: attributes } };
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    return (await this.http.send<{ status: { allowed: boolean } }>({ method: 'POST', path, body })).body.status.allowed;
  }

  /** Undefined if no version of the kind is served. An object whose version is no longer served can be read in another. */
  private async pathOf({ namespace, ...kind }: Kind & { namespace?: string }, name?: string): Promise<string | undefined> {
    const served = await this.servedAs(kind);
    if (served === undefined) return undefined;
    const { apiVersion, resource } = served;
    if (resource.namespaced && name !== undefined && namespace === undefined)
      throw new CommandProblem(`${kind.kind} ${name}: metadata.namespace: must be set. Run npm run synth.`);
    const parts = [
      groupOf(apiVersion) === '' ? `/api/${apiVersion}` : `/apis/${apiVersion}`,
      ...(resource.namespaced && namespace !== undefined ? ['namespaces', encodeURIComponent(namespace)] : []),
      resource.name,
      ...(name === undefined ? [] : [encodeURIComponent(name)]),
    ];
    return parts.join('/');
  }

  private async servedAs(kind: Kind): Promise<{ readonly apiVersion: string; readonly resource: Resource } | undefined> {
    const exact = await this.resource(kind);
    if (exact) return { apiVersion: kind.apiVersion, resource: exact };
    for (const [name, resource] of (await this.resources) ?? []) {
      const [apiVersion = '', other = ''] = name.split(' ');
      if (groupKindOf({ apiVersion, kind: other }) === groupKindOf(kind)) return { apiVersion, resource };
    }
    return undefined;
  }
}
