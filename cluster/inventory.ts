import type { Manifest } from '../constructs/contract';
import { isCode } from './api/api-error';
import type { Cluster } from './cluster';
import { idOf, inWords, type LiveObject, type ObjectKey } from './object';
import { CommandProblem } from './problem';

/** In the namespace that is on every cluster and that nobody deletes. */
const NAMESPACE = 'default';

/** More would not fit into a ConfigMap, which has at most a mebibyte. */
const LONGEST = 1_000_000;

type Contents = ReadonlyMap<string, readonly ObjectKey[]>;

/**
 * What deploy has put on the cluster, by stage: a ConfigMap for each environment, with a line for each object.
 *
 *     30-postgres: |
 *       v1 Namespace cvat
 *       postgres-operator.crunchydata.com/v1beta1 PostgresCluster cvat/my-postgres
 *
 * An object is written down before it is made, and crossed out after it is gone: whenever deploy is interrupted, nothing is forgotten.
 */
export class Inventory {
  private constructor(
    private readonly cluster: Cluster,
    private readonly key: ObjectKey,
    private contents: Contents,
    /** Nothing before the first deploy. */
    private version: string | undefined,
  ) {}

  static async read(cluster: Cluster, environment: string): Promise<Inventory> {
    const key = { apiVersion: 'v1', kind: 'ConfigMap', namespace: NAMESPACE, name: `third-party-platform-${environment}` };
    const object = await cluster.get(key);
    return new Inventory(cluster, key, parse(object), object?.metadata.resourceVersion);
  }

  /** Whether something of this environment has been deployed, and not all of it taken away again. */
  get exists(): boolean {
    return this.version !== undefined;
  }

  /** In the order in which they were applied. */
  get stages(): readonly string[] {
    return [...this.contents.keys()].sort();
  }

  of(stage: string): readonly ObjectKey[] {
    return this.contents.get(stage) ?? [];
  }

  has(object: ObjectKey): boolean {
    return this.stages.some((stage) => this.of(stage).some((known) => idOf(known) === idOf(object)));
  }

  /** Writes down objects besides those that are known. */
  async add(stage: string, objects: readonly ObjectKey[]): Promise<void> {
    const known = new Set(this.of(stage).map(idOf));
    const added = objects.filter((object) => !known.has(idOf(object)));
    if (added.length > 0) await this.write(stage, [...this.of(stage), ...added]);
  }

  /** Crosses out what is gone. */
  async remove(stage: string, objects: readonly ObjectKey[]): Promise<void> {
    const gone = new Set(objects.map(idOf));
    const left = this.of(stage).filter((object) => !gone.has(idOf(object)));
    if (left.length < this.of(stage).length) await this.write(stage, left);
  }

  private async write(stage: string, objects: readonly ObjectKey[]): Promise<void> {
    const contents = new Map(this.contents);
    if (objects.length > 0) contents.set(stage, objects);
    else contents.delete(stage);
    try {
      this.version = await this.store(contents, stage);
    } catch (error) {
      if (!isCode(error, 409)) throw error;
      throw new CommandProblem(
        `${inWords(this.key)} has changed in the meantime: somebody else deploys or destroys this environment right now. Try again when that is done.`,
        1,
      );
    }
    this.contents = contents;
  }

  /** The new version; nothing when nothing is left. The version that was read goes along, so that two who write at once do not undo each other. */
  private async store(contents: Contents, stage: string): Promise<string | undefined> {
    const { cluster, key, version } = this;
    if (contents.size === 0) {
      await cluster.delete(key);
      return undefined;
    }
    const lines = contents.get(stage)?.map(format).sort().join('\n');
    if ((lines ?? '').length > LONGEST)
      throw new CommandProblem(`The stage ${stage} has too many objects for one ConfigMap. Split it into several stages.`);
    if (version !== undefined) {
      const patch = { metadata: { resourceVersion: version }, data: { [stage]: lines ?? null } };
      return (await cluster.patch(key, patch)).metadata.resourceVersion;
    }
    const { object } = await cluster.apply(manifestOf(key, { [stage]: lines ?? '' }));
    return object.metadata.resourceVersion;
  }
}

function manifestOf({ apiVersion, kind, namespace, name }: ObjectKey, data: Readonly<Record<string, string>>): Manifest {
  const labels = { 'app.kubernetes.io/managed-by': 'third-party-platform' };
  return { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }), labels }, data };
}

function format({ apiVersion, kind, namespace, name }: ObjectKey): string {
  return `${apiVersion} ${inWords({ kind, ...(namespace !== undefined && { namespace }), name })}`;
}

const LINE = /^(?<apiVersion>\S+) (?<kind>\S+) (?:(?<namespace>[^/\s]+)\/)?(?<name>[^/\s]+)$/;

function parse(object: LiveObject | undefined): Contents {
  const data = (object?.['data'] ?? {}) as Readonly<Record<string, string>>;
  return new Map(
    Object.entries(data).map(([stage, lines]) => [
      stage,
      lines.split('\n').flatMap((line) => {
        const groups = LINE.exec(line)?.groups as { apiVersion: string; kind: string; namespace?: string; name: string } | undefined;
        if (!groups) return [];
        const { apiVersion, kind, namespace, name } = groups;
        return [{ apiVersion, kind, ...(namespace !== undefined && { namespace }), name }];
      }),
    ]),
  );
}
