import { isDeepStrictEqual } from 'node:util';
import { compareStages } from '../manifests/stage';
import { idOf, formatKey, type Kind, type ObjectKey } from '../manifests/manifest';
import type { LiveObject } from './objects/live-object';
import { ApiError, isCode } from './api/api-error';
import { type Cluster, FIELD_MANAGER } from './api/cluster';
import { CommandProblem } from './problem';

/** In the namespace that is on every cluster and that nobody deletes. */
const NAMESPACE = 'default';
const CONFIG_MAP: Kind = { apiVersion: 'v1', kind: 'ConfigMap' };
const PREFIX = 'third-party-platform-';
const LABEL = 'app.kubernetes.io/managed-by';

/** A ConfigMap has at most a mebibyte. */
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
    /** The environments of others, by the ids of what they have applied. */
    private readonly others: ReadonlyMap<string, string>,
  ) {}

  static async read(cluster: Cluster, environment: string): Promise<Inventory> {
    const key = { ...CONFIG_MAP, namespace: NAMESPACE, name: `${PREFIX}${environment}` };
    const all = await cluster.list(CONFIG_MAP, { namespace: NAMESPACE, labels: `${LABEL}=${FIELD_MANAGER}` });
    // Somebody may have taken its label off.
    const own = all.find(({ metadata }) => metadata.name === key.name) ?? (await cluster.get(key));
    const others = all.filter((object) => object !== own && object.metadata.name.startsWith(PREFIX));
    const owners = others.flatMap((object) =>
      [...parse(object).values()].flat().map((each) => [idOf(each), object.metadata.name.slice(PREFIX.length)] as const),
    );
    return new Inventory(cluster, key, parse(own), own?.metadata.resourceVersion, new Map(owners));
  }

  /** The other environment that has applied an object to this cluster. */
  otherEnvironmentOf(object: ObjectKey): string | undefined {
    return this.others.get(idOf(object));
  }

  /** Where an object has been applied that says of itself no namespace; nothing when it has not been. */
  namespacesOf({ apiVersion, kind, name }: ObjectKey): string[] {
    const wanted = idOf({ apiVersion, kind, name });
    return [...this.contents.values()]
      .flat()
      .flatMap(({ namespace, ...known }) => (namespace !== undefined && idOf(known) === wanted ? [namespace] : []));
  }

  /** In the order in which they were applied. */
  get stages(): readonly string[] {
    return [...this.contents.keys()].sort(compareStages);
  }

  of(stage: string): readonly ObjectKey[] {
    return this.contents.get(stage) ?? [];
  }

  has(object: ObjectKey): boolean {
    return this.stages.some((stage) => this.of(stage).some((known) => idOf(known) === idOf(object)));
  }

  /** Writes down objects besides those that are known, in the version in which they are applied now. */
  async add(stage: string, objects: readonly ObjectKey[]): Promise<void> {
    const known = new Set(this.of(stage).map(format));
    if (objects.every((object) => known.has(format(object)))) return;
    await this.write(stage, [...new Map([...this.of(stage), ...objects].map((object) => [idOf(object), object])).values()]);
  }

  /** Crosses out what is gone. */
  async remove(stage: string, objects: readonly ObjectKey[]): Promise<void> {
    const gone = new Set(objects.map(idOf));
    const left = this.of(stage).filter((object) => !gone.has(idOf(object)));
    // A deploy that was killed right at its start leaves an empty one.
    const isLeftOver = this.contents.size === 0 && this.version !== undefined;
    if (left.length < this.of(stage).length || isLeftOver) await this.write(stage, left);
  }

  private async write(stage: string, objects: readonly ObjectKey[]): Promise<void> {
    const contents = new Map(this.contents);
    if (objects.length > 0) contents.set(stage, objects);
    else contents.delete(stage);
    try {
      this.version = await this.store(contents, stage);
    } catch (error) {
      if (!isCode(error, 409)) throw error;
      await this.settle(contents);
    }
    this.contents = contents;
  }

  /** The new version; nothing when nothing is left. The version that was read goes along, so that two who write at once do not undo each other. */
  private async store(contents: Contents, stage: string): Promise<string | undefined> {
    const { cluster, key, version } = this;
    const lines = linesOf(contents);
    if (Object.values(lines).join('').length > LONGEST)
      throw new CommandProblem('There are too many objects for one ConfigMap, which deploy keeps.');
    if (contents.size === 0) {
      if (version !== undefined) await cluster.delete(key, { resourceVersion: version });
      return undefined;
    }
    const metadata = { resourceVersion: version ?? (await this.create()) };
    return (await cluster.patch(key, { metadata, data: { [stage]: lines[stage] ?? null } })).metadata.resourceVersion;
  }

  /** Empty at first: what is applied would take away what another deploy has just written under the same name. */
  private async create(): Promise<string> {
    const { apiVersion, kind, namespace, name } = this.key;
    const labels = { [LABEL]: FIELD_MANAGER };
    const { object } = await this.cluster.apply({
      apiVersion,
      kind,
      metadata: { name, ...(namespace !== undefined && { namespace }), labels },
    });
    if (object['data'] !== undefined) throw new ApiError(409, { message: 'it is there already' });
    return object.metadata.resourceVersion;
  }

  /** It was refused. That is all right if it was our own write, sent again because its answer was lost. */
  private async settle(contents: Contents): Promise<void> {
    const object = await this.cluster.get(this.key);
    if (!isDeepStrictEqual(linesOf(parse(object)), linesOf(contents))) {
      throw new CommandProblem(
        `${formatKey(this.key)} has changed in the meantime: somebody else deploys or destroys this environment right now. Try again when that is done.`,
        1,
      );
    }
    this.version = object?.metadata.resourceVersion;
  }
}

function linesOf(contents: Contents): Readonly<Record<string, string>> {
  return Object.fromEntries([...contents].map(([stage, objects]) => [stage, objects.map(format).sort().join('\n')]));
}

function format({ apiVersion, kind, namespace, name }: ObjectKey): string {
  return `${apiVersion} ${formatKey({ kind, ...(namespace !== undefined && { namespace }), name })}`;
}

const LINE = /^(?<apiVersion>\S+) (?<kind>\S+) (?:(?<namespace>[^/\s]+)\/)?(?<name>[^/\s]+)$/;

function parse(object: LiveObject | undefined): Contents {
  const data = (object?.['data'] ?? {}) as Readonly<Record<string, string>>;
  return new Map(
    Object.entries(data).map(([stage, lines]) => [
      stage,
      lines.split('\n').map((line) => {
        const groups = LINE.exec(line)?.groups as { apiVersion: string; kind: string; namespace?: string; name: string } | undefined;
        if (!groups)
          throw new CommandProblem(
            `${object?.metadata.name} in ${NAMESPACE} has a line that nobody here has written: "${line}". Mend or delete it.`,
          );
        const { apiVersion, kind, namespace, name } = groups;
        return { apiVersion, kind, ...(namespace !== undefined && { namespace }), name };
      }),
    ]),
  );
}
