import { type DeployResult, deploy } from '../../../cluster/deploy/deploy';
import { destroy } from '../../../cluster/delete/destroy';
import type { DeletionResult } from '../../../cluster/delete/deletion';
import { idOf, formatKey, keyOf, type Manifest } from '../../../manifests/manifest';
import type { LiveObject } from '../../../cluster/objects/live-object';
import type { Session } from '../../../cluster/session';
import type { Reporter } from '../../../cluster/cli/terminal/reporter';
import { DELETE_ANNOTATION } from '../../../manifests/contract';
import { distOf, type Environment, type Unit } from './environments';
import { isOurs, judgeDeletion } from './invariants';
import { type Kill, Killed, ModelCluster } from './model-cluster';
import { ModelServer } from './model-server';
import { ModelWorld } from './model-world';

const SILENT: Reporter = { line: () => undefined, waiting: () => undefined, end: () => undefined };
const TIMEOUT_MILLISECONDS = 30_000;

export interface Pace {
  /** The most steps of the world that something takes. */
  readonly slowness: number;
  /** After how many requests the world takes a step; besides, it does so in every pause. */
  readonly requests: number;
}

export interface Run {
  readonly stages?: readonly string[];
  readonly deleteData?: boolean;
  readonly kill?: Kill | undefined;
}

/** A cluster, and people who run commands on it. */
export class Scenario {
  readonly server = new ModelServer();
  readonly world: ModelWorld;
  /** What dist has. */
  units: readonly Unit[];
  /** What the last command has changed. */
  writes: readonly string[] = [];
  private readonly stages: ReadonlyMap<string, number>;
  private requests = 0;

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

  /** Nothing when it was killed. */
  async deploy({ stages = [], deleteData = false, kill }: Run = {}): Promise<DeployResult | undefined> {
    return this.run({ deleteData, kill }, (session) =>
      deploy(session, this.dist, {
        stages,
        deleteData,
        timeoutMilliseconds: TIMEOUT_MILLISECONDS,
        force: false,
        confirm: () => Promise.resolve(true),
      }),
    );
  }

  /** Nothing when it was killed. */
  async destroy({ stages = [], deleteData = false, kill }: Run = {}): Promise<DeletionResult | undefined> {
    return this.run({ deleteData, kill }, (session) =>
      destroy(session, this.dist, { stages, deleteData, timeoutMilliseconds: TIMEOUT_MILLISECONDS }),
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

  /** In words, what of the environment is there. */
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
      onDelete: (object) => judgeDeletion(object, { server, deleteData, stageOf: (of) => this.stages.get(words(of)) ?? -1 }),
    });
    try {
      return await command({ cluster, clock: world, reporter: SILENT, signal: cluster.killed.signal });
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      // Nobody is as quick as a controller.
      for (let step = 0; step < 2; step++) world.tick();
      return undefined;
    } finally {
      this.writes = cluster.writes;
    }
  }
}

export const words = (object: Manifest): string => formatKey(keyOf(object));

/** All but what is only of the moment, and what Helm packs. */
function contentOf({ metadata, ...fields }: LiveObject): unknown {
  const { name, namespace, labels, annotations = {}, finalizers, deletionTimestamp } = metadata;
  const unmarked = Object.entries(annotations).filter(([key]) => key !== DELETE_ANNOTATION);
  const data = labels?.['owner'] === 'helm' ? {} : fields['data'];
  return { ...fields, data, metadata: { name, namespace, labels, annotations: unmarked, finalizers, deletionTimestamp } };
}
