import { ApiError } from '../../../cluster/api/api-error';
import type { Applied, ApplyOptions, Cluster, DeleteOptions, ListOptions, NamesOptions, Resource } from '../../../cluster/api/cluster';
import { formatKey, type Kind, keyOf, type ObjectKey, type Manifest } from '../../../manifests/manifest';
import type { LiveObject } from '../../../cluster/objects/live-object';
import type { ModelServer } from './model-server';

/** The process was killed: none of its further requests reaches the cluster. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/** When a command is killed. */
export interface Kill {
  /** The number of requests that are answered before. */
  readonly after: number;
  /** Whether the cluster processes the last request, and only the response is lost. */
  readonly late: boolean;
}

export interface ModelClusterOptions {
  readonly kill?: Kill | undefined;
  /** Called before each request. */
  readonly onRequest?: () => void;
  /** Called before each deletion. */
  readonly onDelete?: (object: LiveObject) => void;
}

/** The port of one run of a command. Like the real one, it discovers the served kinds once, and again after `rediscover`. */
export class ModelCluster implements Cluster {
  readonly namespace = 'default';
  /** Aborted when the process is killed. */
  readonly killed = new AbortController();
  /** The writes, for messages. */
  readonly writes: string[] = [];
  private requests = 0;
  private resources: ReadonlyMap<string, Resource> | undefined;

  constructor(
    private readonly server: ModelServer,
    private readonly options: ModelClusterOptions = {},
  ) {}

  resource({ apiVersion, kind }: Kind): Promise<Resource | undefined> {
    const find = (): Resource | undefined => (this.resources ??= this.server.discovery()).get(`${apiVersion} ${kind}`);
    return this.resources === undefined ? this.request(find) : Promise.resolve(find());
  }

  async kinds(): Promise<(Kind & Resource)[]> {
    await this.resource({ apiVersion: 'v1', kind: 'Namespace' });
    return [...(this.resources ?? [])].map(([name, resource]) => {
      const [apiVersion = '', kind = ''] = name.split(' ');
      return { ...resource, apiVersion, kind };
    });
  }

  rediscover(): void {
    this.resources = undefined;
  }

  async get(key: ObjectKey): Promise<LiveObject | undefined> {
    if ((await this.resource(key)) === undefined) return undefined;
    return this.request(() => this.server.get(key));
  }

  async list(kind: Kind, { namespace, labels = '', fields }: ListOptions = {}): Promise<LiveObject[]> {
    if ((await this.resource(kind)) === undefined) return [];
    const selectors = labels === '' ? [] : labels.split(',').map((label) => label.split('='));
    return this.request(() => {
      this.mustServe(kind);
      // Only Events are selected by field, and the model has none.
      if (fields !== undefined) return [];
      return this.server
        .of(kind)
        .filter(
          ({ metadata }) =>
            (namespace === undefined || metadata.namespace === namespace) &&
            selectors.every(([name = '', value]) => hasLabel(metadata.labels, name, value)),
        );
    });
  }

  async existingNames(kind: Kind, { namespace, most }: NamesOptions): Promise<ReadonlySet<string> | undefined> {
    const objects = await this.list(kind, { ...(namespace !== undefined && { namespace }) });
    return objects.length > most ? undefined : new Set(objects.map(({ metadata }) => metadata.name));
  }

  async apply(manifest: Manifest, { dryRun = false, force = false }: ApplyOptions = {}): Promise<Applied> {
    if ((await this.resource(manifest)) === undefined) throw notServed(manifest);
    return this.request(() => {
      this.mustServe(manifest);
      const before = this.server.changes;
      const answer = this.server.apply(manifest, dryRun, force);
      if (this.server.changes > before) this.writes.push(`apply ${formatKey(keyOf(manifest))}`);
      return answer;
    });
  }

  async patch(key: ObjectKey, patch: object): Promise<LiveObject> {
    if (Array.isArray(patch)) throw new Error('the model has no objects of client-side apply');
    if ((await this.resource(key)) === undefined) throw notServed(key);
    return this.request(() => {
      this.writes.push(`patch ${formatKey(key)}`);
      return this.server.patch(key, patch);
    });
  }

  async delete(key: ObjectKey, { uid }: DeleteOptions = {}): Promise<void> {
    if ((await this.resource(key)) === undefined) return;
    await this.request(() => {
      const live = this.server.get(key);
      if (!live || (uid !== undefined && live.metadata.uid !== uid)) return;
      this.options.onDelete?.(live);
      this.writes.push(`delete ${formatKey(key)}`);
      this.server.delete(key);
    });
  }

  isAllowed(): Promise<boolean> {
    return this.request(() => true);
  }

  private async request<Answer>(ask: () => Answer): Promise<Answer> {
    // Concurrent requests are answered in turns.
    await undefined;
    const { kill, onRequest } = this.options;
    if (this.killed.signal.aborted) throw new Killed();
    onRequest?.();
    this.requests++;
    if (kill === undefined || this.requests <= kill.after) return ask();
    if (kill.late) ask();
    this.killed.abort(new Killed());
    throw new Killed();
  }

  private mustServe({ apiVersion, kind }: Kind): void {
    if (!this.server.discovery().has(`${apiVersion} ${kind}`))
      throw new ApiError(404, { reason: 'NotFound', message: 'the server could not find the requested resource' });
  }
}

/** As a label selector: with a name alone, any value does. */
function hasLabel(labels: LiveObject['metadata']['labels'] = {}, name: string, value: string | undefined): boolean {
  if (name.endsWith('!')) return labels[name.slice(0, -1)] !== value;
  return value === undefined ? labels[name] !== undefined : labels[name] === value;
}

function notServed({ apiVersion, kind }: Kind): ApiError {
  return new ApiError(404, { reason: 'NotFound', message: `the API server does not serve ${apiVersion} ${kind}` });
}
