import { type DeployResult, deploy } from '../../../cluster/deploy/deploy';
import { destroy } from '../../../cluster/delete/destroy';
import type { DeletionResult } from '../../../cluster/delete/deletion';
import { idOf, formatKey, keyOf, type Manifest } from '../../../manifests/manifest';
import { type LiveObject, without as omit } from '../../../cluster/objects/live-object';
import type { Session } from '../../../cluster/session';
import type { Reporter } from '../../../cluster/cli/terminal/reporter';
import { DELETE_ANNOTATION } from '../../../manifests/contract';
import { distOf, type Environment, type Unit } from './environments';
import { ApiError } from '../../../cluster/api/api-error';
import { isDeepStrictEqual } from 'node:util';
import { isOurs, checkDeletion } from './invariants';
import { type Kill, Killed, ModelCluster } from './model-cluster';
import { labelledBy, ModelServer } from './model-server';
import { ModelWorld } from './model-world';

const SILENT: Reporter = { line: () => undefined, waiting: () => undefined, end: () => undefined };
const TIMEOUT_MILLISECONDS = 30_000;

export interface Pace {
  /** The maximum number of steps that an action of a controller takes. */
  readonly slowness: number;
  /** The number of requests after which the controllers run a step, besides the one in each pause. */
  readonly requests: number;
}

export interface Run {
  readonly stages?: readonly string[];
  readonly deleteData?: boolean;
  readonly allow?: readonly string[];
  readonly kill?: Kill | undefined;
}

/** A cluster, the commands that run on it, and changes by others. */
export class Scenario {
  readonly server = new ModelServer();
  readonly world: ModelWorld;
  /** The units in dist. */
  units: readonly Unit[];
  /** Deletes namespaces also when they contain objects of others. */
  deleteNamespaceContents = true;
  /** The writes of the last command. */
  writes: readonly string[] = [];
  private readonly stages: ReadonlyMap<string, number>;
  private requests = 0;
  private readonly expectedForeign = new Map<string, LiveObject>();

  constructor(
    readonly environment: Environment,
    private readonly pace: Pace,
  ) {
    this.units = environment.units;
    this.stages = new Map(environment.units.flatMap(({ stage, objects }) => objects.map((object) => [words(object), stage])));
    this.world = new ModelWorld(this.server, pace.slowness);
  }

  get dist(): ReturnType<typeof distOf> {
    return distOf(this.environment, this.units);
  }

  /** Undefined if it was killed. */
  async deploy({ stages = [], deleteData = false, allow = [], kill }: Run = {}): Promise<DeployResult | undefined> {
    return this.run({ deleteData, kill }, (session) =>
      deploy(session, this.dist, {
        stages,
        deleteData,
        allow,
        deleteNamespaceContents: this.deleteNamespaceContents,
        adopt: [],
        timeoutMilliseconds: TIMEOUT_MILLISECONDS,
        force: false,
        confirm: () => Promise.resolve(true),
      }),
    );
  }

  /** Undefined if it was killed. */
  async destroy({ stages = [], deleteData = false, kill }: Run = {}): Promise<DeletionResult | undefined> {
    return this.run({ deleteData, kill }, (session) =>
      destroy(session, this.dist, {
        stages,
        deleteData,
        deleteNamespaceContents: this.deleteNamespaceContents,
        timeoutMilliseconds: TIMEOUT_MILLISECONDS,
      }),
    );
  }

  /** Foreign objects that still have to exist, as they were created or changed by others. */
  get foreign(): readonly LiveObject[] {
    return [...this.expectedForeign.values()];
  }

  isForeignUid({ metadata }: LiveObject): boolean {
    return this.expectedForeign.has(metadata.uid);
  }

  /** Creates an object that has the name of one of dist, without our label. */
  createForeign(object: Manifest, differs: boolean): void {
    const metadata = omit(object.metadata, ['labels', 'annotations']) as Manifest['metadata'];
    const spec = (object['spec'] ?? {}) as { setting?: number };
    // CRDs must stay valid, and a foreign release would be installed.
    if (object.kind === 'HelmChart' || object.kind === 'CustomResourceDefinition') return;
    if (!this.server.discovery().has(`${object.apiVersion} ${object.kind}`)) return;
    const foreign = { ...object, metadata, ...(differs && object['spec'] !== undefined && { spec: { ...spec, setting: -1 } }) };
    const live = this.attempt(() => this.server.create(foreign));
    if (live) this.expectedForeign.set(live.metadata.uid, live);
  }

  /** As kubectl or Flux applies an object of dist. */
  createByManager(object: Manifest, manager: string): void {
    if (!this.server.discovery().has(`${object.apiVersion} ${object.kind}`)) return;
    const live = this.attempt(() => this.server.create(object));
    if (!live) return;
    this.server.change(keyOf(live), (each) => ({
      ...each,
      metadata: { ...each.metadata, managedFields: labelledBy(manager, 'Apply') },
    }));
  }

  changeForeign(object: LiveObject, by: (live: LiveObject) => LiveObject): void {
    const live = this.server.change(keyOf(object), by);
    if (live) this.expectedForeign.set(live.metadata.uid, live);
  }

  /** Foreign objects that our commands have deleted or changed. Must be empty. */
  get changedForeign(): string[] {
    return this.foreign.flatMap((object) => {
      const live = this.server.get(keyOf(object));
      if (live?.metadata.uid !== object.metadata.uid || live.metadata.deletionTimestamp !== undefined)
        return [`${words(object)} is deleted`];
      return isDeepStrictEqual(foreignFields(live), foreignFields(object)) ? [] : [`${words(object)} is changed`];
    });
  }

  private attempt<Answer>(make: () => Answer): Answer | undefined {
    try {
      return make();
    } catch (error) {
      // Its namespace or CRD does not exist.
      if (error instanceof ApiError) return undefined;
      throw error;
    }
  }

  /** What a person sees of the cluster when nothing moves any more. */
  state(): Map<string, unknown> {
    this.world.settle();
    return new Map(
      this.server
        .all()
        .map((object): [string, unknown] => [idOf(keyOf(object)), contentOf(object)])
        .sort(([one], [other]) => (one < other ? -1 : 1)),
    );
  }

  /** The objects of the environment that exist, for messages. */
  get ours(): string[] {
    return this.server.all().filter(isOurs).map(words);
  }

  get terminating(): string[] {
    return this.server
      .all()
      .filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
      .map(words);
  }

  private async run<Answer>(
    { deleteData, kill }: { readonly deleteData: boolean; readonly kill: Kill | undefined },
    command: (session: Session) => Promise<Answer>,
  ): Promise<Answer | undefined> {
    const { server, world } = this;
    const cluster = new ModelCluster(server, {
      kill,
      onRequest: () => {
        if (++this.requests % this.pace.requests === 0) world.tick();
      },
      onDelete: (object) =>
        checkDeletion(object, {
          server,
          deleteData,
          stageOf: (of) => this.stages.get(words(of)) ?? -1,
          isInDist: (of) => this.units.some(({ objects }) => objects.some((each) => words(each) === words(of))),
        }),
    });
    try {
      return await command({ cluster, clock: world, reporter: SILENT, signal: cluster.killed.signal });
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      // Controllers run before the next command starts.
      for (let step = 0; step < 2; step++) world.tick();
      return undefined;
    } finally {
      this.writes = cluster.writes;
    }
  }
}

/** What only others may change: controllers write the status and add finalizers. */
function foreignFields(object: LiveObject): unknown {
  const { labels, annotations, managedFields } = object.metadata;
  return { ...omit(object, ['status']), metadata: { labels, annotations, managedFields } };
}

export const words = (object: Manifest): string => formatKey(keyOf(object));

/** An object without uid, versions and times, and without the content of Helm's Secrets. */
function contentOf({ metadata, ...fields }: LiveObject): unknown {
  const { name, namespace, labels, annotations = {}, finalizers, deletionTimestamp } = metadata;
  const unmarked = Object.entries(annotations).filter(([key]) => key !== DELETE_ANNOTATION);
  const data = labels?.['owner'] === 'helm' ? {} : fields['data'];
  return { ...fields, data, metadata: { name, namespace, labels, annotations: unmarked, finalizers, deletionTimestamp } };
}
