import { isDeepStrictEqual } from 'node:util';
import { compareStages } from '../manifests/stage';
import { idOf, formatKey, type Kind, type ObjectKey } from '../manifests/manifest';
import type { LiveObject } from './objects/live-object';
import { ApiError, isCode } from './api/api-error';
import { type Cluster, FIELD_MANAGER } from './api/cluster';
import { CommandProblem } from './problem';

/** This namespace is on every cluster and cannot be deleted. */
const NAMESPACE = 'default';
const CONFIG_MAP: Kind = { apiVersion: 'v1', kind: 'ConfigMap' };
const PREFIX = 'third-party-platform-';
const LABEL = 'app.kubernetes.io/managed-by';

/** A ConfigMap may have 1 MiB. */
const MAX_LENGTH = 1_000_000;

/**
 * What the inventory records of an object: `adopted` if it existed before and was adopted, so that it is never deleted; `created` if it is a namespace
 * that we have created; `left by release` if it is a CRD or volume that a release of ours has created and Helm has kept.
 */
export type Note = 'adopted' | 'created' | 'left by release';

/** An object of the inventory. */
export interface Entry extends ObjectKey {
  readonly note?: Note;
}

type Contents = ReadonlyMap<string, readonly Entry[]>;

/** The annotation that tells two installations with the same environment on one cluster apart. */
const INSTALLATION_ANNOTATION = 'platform.kapernikov.com/installation';

/**
 * The objects that deploy has applied, by stage: a ConfigMap for each environment, with a line for each object.
 *
 *     30-postgres: |
 *       v1 Namespace cvat (created)
 *       postgres-operator.crunchydata.com/v1beta1 PostgresCluster cvat/my-postgres
 *
 * An object is added before it is created and removed after it is deleted, so an interrupted command forgets none.
 */
export class Inventory {
  /** The notes of these contents: looking for one object among thousands, for thousands, takes seconds. */
  private indexed: { readonly contents: Contents; readonly notes: ReadonlyMap<string, Note | undefined> } | undefined;

  private constructor(
    private readonly cluster: Cluster,
    private readonly key: ObjectKey,
    private contents: Contents,
    /** The ConfigMap's resourceVersion; undefined before the first deploy. */
    private version: string | undefined,
    /** Names of other environments, by the ids of the objects that they have applied. */
    private readonly otherEnvironments: ReadonlyMap<string, string>,
    private readonly installation: string | undefined,
  ) {}

  /** Fails when the environment was deployed from another installation. @param installation identifies the repository; undefined: unknown. */
  static async read(cluster: Cluster, environment: string, installation?: string): Promise<Inventory> {
    const key = { ...CONFIG_MAP, namespace: NAMESPACE, name: `${PREFIX}${environment}` };
    const all = await cluster.list(CONFIG_MAP, { namespace: NAMESPACE, labels: `${LABEL}=${FIELD_MANAGER}` });
    // Its label may have been removed.
    const own = all.find(({ metadata }) => metadata.name === key.name) ?? (await cluster.get(key));
    const others = all.filter((object) => object !== own && object.metadata.name.startsWith(PREFIX));
    const owners = others.flatMap((object) =>
      [...parse(object).values()].flat().map((each) => [idOf(each), object.metadata.name.slice(PREFIX.length)] as const),
    );
    const recorded = own?.metadata.annotations?.[INSTALLATION_ANNOTATION];
    if (installation !== undefined && recorded !== undefined && recorded !== installation) {
      throw new CommandProblem(
        `Environment "${environment}" on this cluster was deployed from ${recorded}; this is ${installation}. Use another cluster or another environment name.\n` +
          `If the repository was moved, run: kubectl -n ${NAMESPACE} annotate configmap ${key.name} ${INSTALLATION_ANNOTATION}-`,
        1,
      );
    }
    return new Inventory(cluster, key, parse(own), own?.metadata.resourceVersion, new Map(owners), installation ?? recorded);
  }

  /** The other environment that has applied an object to this cluster. */
  otherEnvironmentOf(object: ObjectKey): string | undefined {
    return this.otherEnvironments.get(idOf(object));
  }

  /** The namespaces to which an object without metadata.namespace has been applied. */
  namespacesOf({ apiVersion, kind, name }: ObjectKey): string[] {
    const isSame = (known: Entry): boolean =>
      idOf({ apiVersion: known.apiVersion, kind: known.kind, name: known.name }) === idOf({ apiVersion, kind, name });
    return [...this.contents.values()].flat().flatMap((known) => (known.namespace !== undefined && isSame(known) ? [known.namespace] : []));
  }

  /** In the order in which they were applied. */
  get stages(): readonly string[] {
    return [...this.contents.keys()].sort(compareStages);
  }

  of(stage: string): readonly Entry[] {
    return this.contents.get(stage) ?? [];
  }

  has(object: ObjectKey): boolean {
    return this.notes.has(idOf(object));
  }

  noteOf(object: ObjectKey): Note | undefined {
    return this.notes.get(idOf(object));
  }

  /** The first note of each object by its id: an object can be in several stages until prune forgets where it was. */
  private get notes(): ReadonlyMap<string, Note | undefined> {
    if (this.indexed?.contents !== this.contents) {
      const notes = new Map<string, Note | undefined>();
      for (const entry of [...this.contents.values()].flat()) notes.set(idOf(entry), notes.get(idOf(entry)) ?? entry.note);
      this.indexed = { contents: this.contents, notes };
    }
    return this.indexed.notes;
  }

  /** Adds objects to a stage, with the apiVersion in which they are applied now. An object without a note keeps the one that it has. */
  async add(stage: string, objects: readonly Entry[]): Promise<void> {
    const added = objects.map((object): Entry => {
      const note = object.note ?? this.noteOf(object);
      return { ...object, ...(note !== undefined && { note }) };
    });
    const known = new Set(this.of(stage).map(format));
    if (added.every((object) => known.has(format(object)))) return;
    await this.write(stage, [...new Map([...this.of(stage), ...added].map((object) => [idOf(object), object])).values()]);
  }

  /** Replaces or removes the notes of objects of a stage. */
  async setNotes(stage: string, notes: ReadonlyMap<string, Note | undefined>): Promise<void> {
    const noted = this.of(stage).map(({ note, ...key }): Entry => {
      const next = notes.has(idOf(key)) ? notes.get(idOf(key)) : note;
      return { ...key, ...(next !== undefined && { note: next }) };
    });
    if (!isDeepStrictEqual(noted, this.of(stage))) await this.write(stage, noted);
  }

  /** Removes deleted objects. */
  async remove(stage: string, objects: readonly ObjectKey[]): Promise<void> {
    const gone = new Set(objects.map(idOf));
    const left = this.of(stage).filter((object) => !gone.has(idOf(object)));
    // A deploy that was killed at its start leaves an empty ConfigMap.
    const isEmpty = this.contents.size === 0 && this.version !== undefined;
    if (left.length < this.of(stage).length || isEmpty) await this.write(stage, left);
  }

  /** Removes all objects, by one request. */
  async clear(): Promise<void> {
    if (this.version !== undefined) await this.cluster.delete(this.key, { resourceVersion: this.version });
    this.contents = new Map();
    this.version = undefined;
  }

  private async write(stage: string, objects: readonly ObjectKey[]): Promise<void> {
    const contents = new Map(this.contents);
    if (objects.length > 0) contents.set(stage, objects);
    else contents.delete(stage);
    try {
      this.version = await this.store(contents, stage);
    } catch (error) {
      if (!isCode(error, 409)) throw error;
      await this.checkOwnWrite(contents);
    }
    this.contents = contents;
  }

  /** Returns the new resourceVersion; undefined when the inventory is empty and deleted. Sends the one that was read, so that concurrent writers conflict. */
  private async store(contents: Contents, stage: string): Promise<string | undefined> {
    const { cluster, key, version } = this;
    const lines = linesOf(contents);
    if (Object.values(lines).join('').length > MAX_LENGTH)
      throw new CommandProblem('inventory: must be at most 1 MB; there are too many objects for one ConfigMap. Split the environment.');
    if (contents.size === 0) {
      if (version !== undefined) await cluster.delete(key, { resourceVersion: version });
      return undefined;
    }
    const annotations = this.installation === undefined ? {} : { annotations: { [INSTALLATION_ANNOTATION]: this.installation } };
    const metadata = { resourceVersion: version ?? (await this.create()), ...annotations };
    return (await cluster.patch(key, { metadata, data: { [stage]: lines[stage] ?? null } })).metadata.resourceVersion;
  }

  /** Creates it without data: an apply with data would overwrite what another deploy has just written under the same name. */
  private async create(): Promise<string> {
    const { apiVersion, kind, namespace, name } = this.key;
    const labels = { [LABEL]: FIELD_MANAGER };
    const { object } = await this.cluster.apply({
      apiVersion,
      kind,
      metadata: { name, ...(namespace !== undefined && { namespace }), labels },
    });
    if (object['data'] !== undefined) throw new ApiError(409, { message: 'it already exists' });
    return object.metadata.resourceVersion;
  }

  /** After a conflict: continues if the ConfigMap is as we wanted to write it, because the response was lost and the request sent again. */
  private async checkOwnWrite(contents: Contents): Promise<void> {
    const object = await this.cluster.get(this.key);
    if (!isDeepStrictEqual(linesOf(parse(object)), linesOf(contents))) {
      throw new CommandProblem(
        `${formatKey(this.key)} has changed meanwhile: another deploy or destroy of this environment is running. Try again when it has finished.`,
        1,
      );
    }
    this.version = object?.metadata.resourceVersion;
  }
}

function linesOf(contents: Contents): Readonly<Record<string, string>> {
  return Object.fromEntries([...contents].map(([stage, objects]) => [stage, objects.map(format).sort().join('\n')]));
}

function format({ apiVersion, kind, namespace, name, note }: Entry): string {
  const line = `${apiVersion} ${formatKey({ kind, ...(namespace !== undefined && { namespace }), name })}`;
  return note === undefined ? line : `${line} (${note})`;
}

const LINE =
  /^(?<apiVersion>\S+) (?<kind>\S+) (?:(?<namespace>[^/\s]+)\/)?(?<name>[^/\s]+)(?: \((?<note>adopted|created|left by release)\))?$/;

function parse(object: LiveObject | undefined): Contents {
  const data = (object?.['data'] ?? {}) as Readonly<Record<string, string>>;
  return new Map(
    Object.entries(data).map(([stage, lines]) => [
      stage,
      lines.split('\n').map((line) => {
        const groups = LINE.exec(line)?.groups as
          { apiVersion: string; kind: string; namespace?: string; name: string; note?: Note } | undefined;
        if (!groups)
          throw new CommandProblem(`${object?.metadata.name} in ${NAMESPACE} contains an invalid line: "${line}". Fix or remove it.`);
        const { apiVersion, kind, namespace, name, note } = groups;
        return { apiVersion, kind, ...(namespace !== undefined && { namespace }), name, ...(note !== undefined && { note }) };
      }),
    ]),
  );
}
