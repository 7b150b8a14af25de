import { Backoff } from '../queue/backoff';
import { type TimeSource, pause } from '../queue/time-source';
import { type ApiClient, KubernetesApiError, isStatus } from './api-client';
import { isNewer } from './resource-version';

/** An object as it is kept: nothing but what is needed. */
export interface Kept {
  readonly name: string;
  readonly resourceVersion: string;
}

export interface InformerOptions<Manifest, Item extends Kept> {
  readonly client: ApiClient;
  /** Of the collection: `/apis/kapernikov.com/v1/namespaces/people/appusers`. */
  readonly path: string;
  readonly keep: (manifest: Manifest) => Item;
  readonly known: (name: string) => Item | undefined;
  readonly names: () => Iterable<string>;
  readonly changed: (item: Item) => void;
  readonly removed: (name: string) => void;
  /** All objects have been seen: once more. */
  readonly listed: () => void;
  /** What has gone wrong, and will be tried again. */
  readonly failed: (what: 'list' | 'watch', error: unknown) => void;
  readonly clock: TimeSource;
  readonly random?: () => number;
  readonly relistSeconds: number;
  /** A watch without a word for so long is taken for dead. The API server sends at least a bookmark every minute. */
  readonly silenceSeconds: number;
}

interface List<Manifest> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly Manifest[];
}

interface WatchEvent<Manifest> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: Manifest & {
    readonly code?: number;
    readonly message?: string;
    readonly metadata: { readonly resourceVersion: string };
  };
}

const PAGE_SIZE = 500;
const FIRST_RETRY = 500;
const LONGEST_RETRY = 30_000;
/** A watch that ends sooner is a failure, though it may look like a success. */
const SHORTEST_WATCH = 1000;

/** The watch cannot go on from where it was: list again. */
class Expired extends Error {}

/**
 * All objects of a kind, kept up to date: listed in pages, watched, and listed again every now and then. Events are hints: what one of them
 * missed, the next list shows.
 */
export class Informer<Manifest, Item extends Kept> {
  private readonly backoff: Backoff;
  private version: string | undefined;
  private relistAt = 0;
  private listed = false;

  constructor(private readonly options: InformerOptions<Manifest, Item>) {
    this.backoff = new Backoff(FIRST_RETRY, LONGEST_RETRY, options.random);
  }

  /** Whether all objects have been seen once. */
  get complete(): boolean {
    return this.listed;
  }

  /** Works until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const startedAt = this.options.clock.now();
      const what = this.version === undefined || startedAt >= this.relistAt ? 'list' : 'watch';
      try {
        if (what === 'list') await this.list(signal);
        else await this.watch(this.version ?? '', signal);
        if (what === 'list' || this.options.clock.now() - startedAt >= SHORTEST_WATCH) this.backoff.reset();
        else await pause(this.options.clock, this.backoff.next(), signal);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Expired || isStatus(error, 410)) this.version = undefined;
        this.options.failed(what, error);
        await pause(this.options.clock, this.backoff.next(), signal);
      }
    }
  }

  private async list(signal: AbortSignal): Promise<void> {
    const { client, path, keep, names, relistSeconds, random = Math.random, clock } = this.options;
    const seen = new Set<string>();
    let version: string | undefined;
    let next: string | undefined;
    do {
      const query = { limit: String(PAGE_SIZE), ...(next !== undefined && { continue: next }) };
      const page: List<Manifest> = await client.request({ path, query, signal });
      for (const manifest of page.items) {
        const item = keep(manifest);
        seen.add(item.name);
        this.take(item);
      }
      version = page.metadata.resourceVersion;
      next = page.metadata.continue || undefined;
    } while (next !== undefined);
    for (const name of [...names()]) if (!seen.has(name)) this.options.removed(name);
    this.version = version;
    this.listed = true;
    this.relistAt = clock.now() + relistSeconds * 1000 * (0.9 + 0.2 * random());
    this.options.listed();
  }

  private async watch(version: string, signal: AbortSignal): Promise<void> {
    const { client, path, silenceSeconds, clock } = this.options;
    const seconds = Math.max(1, Math.ceil((this.relistAt - clock.now()) / 1000));
    const query = { watch: 'true', allowWatchBookmarks: 'true', resourceVersion: version, timeoutSeconds: String(seconds) };
    await client.lines({ path, query, signal }, silenceSeconds, (line) => this.receive(JSON.parse(line) as WatchEvent<Manifest>));
  }

  private receive({ type, object }: WatchEvent<Manifest>): void {
    if (type === 'ERROR') {
      if (object.code === 410) throw new Expired(object.message);
      throw new KubernetesApiError(object.code ?? 0, 'WatchError', object.message ?? 'the watch failed');
    }
    this.version = object.metadata.resourceVersion;
    if (type === 'BOOKMARK') return;
    const item = this.options.keep(object);
    if (type === 'DELETED') this.options.removed(item.name);
    else this.take(item);
  }

  private take(item: Item): void {
    const known = this.options.known(item.name);
    if (known !== undefined && !isNewer(item.resourceVersion, known.resourceVersion)) return;
    this.options.changed(item);
  }
}
