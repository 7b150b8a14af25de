import { type DeployResult, deploy } from '../../../cluster/deploy/deploy';
import { destroy } from '../../../cluster/delete/destroy';
import type { DeletionResult } from '../../../cluster/delete/deletion';
import { idOf, keyOf, type Manifest } from '../../../manifests/manifest';
import type { LiveObject } from '../../../cluster/objects/live-object';
import type { Session } from '../../../cluster/session';
import type { Reporter } from '../../../cluster/cli/terminal/reporter';
import { DELETE_ANNOTATION } from '../../../manifests/contract';
import { distOf, type Environment, ENVIRONMENT, type Unit } from './environments';
import { ForeignObjects } from './foreign-objects';
import { isOurs, checkDeletion, words } from './invariants';
import { type Kill, Killed, ModelCluster } from './model-cluster';
import { ModelServer } from './model-server';
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

export interface DeployRun extends Run {
  /** Objects to adopt, in words. */
  readonly adopt?: readonly string[];
  readonly renameFrom?: string | undefined;
  readonly force?: boolean;
}

/** A cluster, the commands that run on it, and changes by others. */
export class Scenario {
  readonly server: ModelServer;
  readonly world: ModelWorld;
  /** The units in dist. */
  units: readonly Unit[];
  /** The name of the environment in dist. */
  name = ENVIRONMENT;
  /** Deletes namespaces also when they contain objects of others. */
  deleteNamespaceContents = true;
  /** The writes of the last command. */
  writes: readonly string[] = [];
  readonly foreign: ForeignObjects;
  private requests = 0;

  constructor(
    readonly environment: Environment,
    private readonly pace: Pace,
  ) {
    this.units = environment.units;
    let world: ModelWorld | undefined;
    this.server = new ModelServer(() => world?.now() ?? 0);
    this.world = world = new ModelWorld(this.server, pace.slowness);
    this.foreign = new ForeignObjects(this.server);
  }

  get dist(): ReturnType<typeof distOf> {
    return distOf(this.environment, this.units, this.name);
  }

  /** Undefined if it was killed. */
  async deploy({ stages = [], deleteData = false, allow = [], kill, adopt = [], renameFrom, force = false }: DeployRun = {}): Promise<
    DeployResult | undefined
  > {
    return this.run({ deleteData, kill }, (session) =>
      deploy(session, this.dist, {
        stages,
        deleteData,
        allow,
        deleteNamespaceContents: this.deleteNamespaceContents,
        adopt,
        renameFrom,
        timeoutMilliseconds: TIMEOUT_MILLISECONDS,
        force,
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

  /** The index of its stage, also when dist no longer has it; a release may have another name in dist now. */
  private stageOf(object: Manifest): number {
    const units = [...this.environment.units, ...this.units];
    return units.find(({ objects }) => objects.some((each) => words(each) === words(object)))?.stage ?? -1;
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
          stageOf: (of) => this.stageOf(of),
          isAdopted: (of) => this.foreign.isAdopted(of),
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

/** An object without uid, versions and times, and without the content of Helm's Secrets. */
function contentOf({ metadata, ...fields }: LiveObject): unknown {
  const { name, namespace, labels, annotations = {}, finalizers, deletionTimestamp } = metadata;
  const unmarked = Object.entries(annotations).filter(([key]) => key !== DELETE_ANNOTATION);
  const data = labels?.['owner'] === 'helm' ? {} : fields['data'];
  return { ...fields, data, metadata: { name, namespace, labels, annotations: unmarked, finalizers, deletionTimestamp } };
}
