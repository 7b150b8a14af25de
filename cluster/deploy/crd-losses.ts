import { crdOf, isCrd } from '../../manifests/custom-resource-definition';
import { listOf, valueAt } from '../../manifests/fields';
import { formatKey, idOf, keyOf, type Kind, type Manifest } from '../../manifests/manifest';
import { type CrdChange, crdChanges, isLoss, versionsOf } from '../../manifests/schema/crd-change';
import { objectLosses } from '../../manifests/schema/object-losses';
import { isCode } from '../api/api-error';
import type { Cluster } from '../api/cluster';
import type { DistStage } from '../dist';
import { type LiveObjects, withDefaultNamespace } from '../objects/live';
import type { LiveObject } from '../objects/live-object';
import { CLIENT_SIDE_APPLY } from '../objects/managed-fields';
import { CommandProblem } from '../problem';
import { apply } from './apply';
import { isApplied } from './is-applied';
import { isRefusal } from './refusal';

/** What a change of a CRD does to the objects of its kind. */
export interface CrdLosses {
  /** What is refused: a field or version that objects use, which objects, and what to do. */
  readonly refused: readonly string[];
  /** What the CRD loses and no object uses, and what was not checked. */
  readonly notes: readonly string[];
}

const NO_LOSSES: CrdLosses = { refused: [], notes: [] };

/** How many objects or fields a message names. */
const NAMED = 3;

/** A note about a CRD, for the report of a deployment. */
export interface CrdNote {
  readonly stage: string;
  readonly object: string;
  readonly message: string;
}

/**
 * Refuses before anything is applied when a CRD of the stages loses a version or a field that objects on the cluster use. Returns what CRDs lose and no
 * object uses.
 */
export async function refuseCrdLosses(
  cluster: Cluster,
  all: readonly DistStage[],
  stages: readonly DistStage[],
  onCluster: LiveObjects,
): Promise<CrdNote[]> {
  const notes: CrdNote[] = [];
  const problems: string[] = [];
  for (const { name: stage, objects } of stages) {
    for (const crd of objects.filter(isCrd)) {
      const live = onCluster.get(idOf(keyOf(crd)));
      const { refused, notes: found } = live ? await crdLosses(cluster, crd, live, all) : NO_LOSSES;
      const object = formatKey(keyOf(crd));
      notes.push(...found.map((message) => ({ stage, object, message })));
      if (refused.length > 0) problems.push([`  ${object}`, ...refused.map((each) => `    ${each}`)].join('\n'));
    }
  }
  if (problems.length === 0) return notes;
  throw new CommandProblem(
    `Nothing was applied: objects on the cluster use what a CRD of dist does not have.\n\n${problems.join('\n\n')}`,
    1,
  );
}

/** What the objects on the cluster lose when a CRD becomes that of dist. They are read only when it loses something. */
export async function crdLosses(cluster: Cluster, crd: Manifest, live: LiveObject, stages: readonly DistStage[]): Promise<CrdLosses> {
  if (isApplied(live, crd)) return NO_LOSSES;
  const changes = crdChanges(live, crd).filter(isLoss);
  const versions = [...new Set(changes.map(({ version }) => version))];
  const found = await Promise.all(
    versions.map((version) =>
      new VersionLosses(cluster, crd, live, stages).of(
        version,
        changes.filter((change) => change.version === version),
      ),
    ),
  );
  return { refused: found.flatMap(({ refused }) => refused), notes: found.flatMap(({ notes }) => notes) };
}

/** A field of objects that is dropped or refused, and why. */
interface Use {
  readonly why: string;
  readonly objects: Set<string>;
}

class VersionLosses {
  /** Of dist. */
  private readonly manifests: ReadonlyMap<string, Manifest>;

  constructor(
    private readonly cluster: Cluster,
    private readonly crd: Manifest,
    private readonly live: LiveObject,
    stages: readonly DistStage[],
  ) {
    this.manifests = new Map(stages.flatMap(({ objects }) => objects).map((manifest) => [idOf(keyOf(manifest)), manifest]));
  }

  async of(version: string, changes: readonly CrdChange[]): Promise<CrdLosses> {
    const kind = crdOf(this.live)?.kinds.find(({ apiVersion }) => apiVersion.endsWith(`/${version}`));
    if (kind === undefined) return NO_LOSSES;
    let objects: readonly LiveObject[];
    try {
      objects = await this.cluster.list(kind);
    } catch (error) {
      if (!isCode(error, 403)) throw error;
      const lost = changes.map(nameOf).slice(0, NAMED).join(', ');
      return {
        refused: [`loses ${lost}, and RBAC denies list ${kind.kind} in all namespaces: ask an administrator to deploy.`],
        notes: [],
      };
    }
    const whole = changes.find(({ type, field }) => field === '' && type !== 'narrowed');
    return whole ? this.ofVersion(whole, kind, objects) : this.ofFields(version, objects, changes);
  }

  /** A version that is removed or no longer served. */
  private ofVersion({ type, version }: CrdChange, kind: Kind, objects: readonly LiveObject[]): CrdLosses {
    const what = `version ${version}: is ${type === 'removed' ? 'removed' : 'no longer served'}`;
    const other = versionsOf(this.crd).find(({ storage }) => storage)?.name ?? '';
    if (type === 'removed' && listOf(valueAt(this.live['status'], 'storedVersions')).includes(version))
      return refusal(`${what}, and ${this.migration(version, other, objects)}`);
    const users = objects.filter((object) => this.isUsedIn(kind, object));
    if (users.length === 0) return { refused: [], notes: [`${what}; ${unused(objects.length)}`] };
    return refusal(`${what}, and it is used by ${named(users.map(nameOfObject))}. Apply them in version ${other} first.`);
  }

  /** What is to be done before a stored version can be removed: the API server refuses it also when there are no objects. */
  private migration(version: string, other: string, objects: readonly LiveObject[]): string {
    const stored = versionsOf(this.live).find(({ storage }) => storage)?.name ?? '';
    const where =
      objects.length === 0 ? 'status.storedVersions has it' : `objects can be stored in it: ${named(objects.map(nameOfObject))}`;
    if (stored === version) return `${where}. Deploy a CRD first that has both versions and stores ${other}.`;
    const patch = `kubectl patch crd ${this.crd.metadata.name} --subresource=status --type=merge -p '{"status":{"storedVersions":["${stored}"]}}'`;
    if (objects.length === 0) return `${where}, though there are no objects. Run: ${patch}`;
    return `${where}. Write them again in version ${stored} (kubectl get … -o yaml | kubectl replace -f -), then run: ${patch}`;
  }

  /** Whether something applies an object in this version, and dist does not say another one. */
  private isUsedIn(kind: Kind, object: LiveObject): boolean {
    const wanted = this.manifestOf(object);
    if (wanted && wanted.apiVersion !== kind.apiVersion) return false;
    return (object.metadata.managedFields ?? []).some(
      ({ apiVersion, manager, operation, subresource }) =>
        apiVersion === kind.apiVersion && subresource === undefined && (operation === 'Apply' || manager === CLIENT_SIDE_APPLY),
    );
  }

  private async ofFields(version: string, objects: readonly LiveObject[], changes: readonly CrdChange[]): Promise<CrdLosses> {
    const [before, after] = [this.live, this.crd].map((crd) => versionsOf(crd).find(({ name }) => name === version)?.schema);
    if (!before || !after) return NO_LOSSES;
    const uses = new Map<string, Use>();
    for (const object of objects) {
      const now = objectLosses(before, after, object);
      const lost = now.length === 0 || !this.manifestOf(object) ? now : objectLosses(before, after, await this.afterDeploy(object));
      for (const { field, message, remedy } of lost) {
        const place = field.replace(/\[\d+\]/g, '[]');
        const use = uses.get(place) ?? { why: `${message} ${remedy}`, objects: new Set() };
        use.objects.add(nameOfObject(object));
        uses.set(place, use);
      }
    }
    return {
      refused: [...uses].map(
        ([field, use]) => `${field} (${version}): ${use.why} It is set in ${named([...use.objects])}, of ${count(objects.length)}.`,
      ),
      notes: uses.size > 0 ? [] : notesOf(version, changes, objects.length),
    };
  }

  /** An object of dist as this deployment leaves it: a field that dist no longer has is removed before or after it is pruned. */
  private async afterDeploy(object: LiveObject): Promise<Manifest> {
    const manifest = this.manifestOf(object);
    if (!manifest) return object;
    try {
      return (await apply(this.cluster, await withDefaultNamespace(this.cluster, manifest), { dryRun: true, force: true })).object;
    } catch (error) {
      // Dist may use a field that only the new CRD has.
      if (isRefusal(error)) return object;
      throw error;
    }
  }

  private manifestOf(object: LiveObject): Manifest | undefined {
    const key = keyOf(object);
    const { namespace, ...rest } = key;
    return this.manifests.get(idOf(key)) ?? (namespace === this.cluster.namespace ? this.manifests.get(idOf(rest)) : undefined);
  }
}

/** What no object uses, and the rules that are not evaluated here. */
function notesOf(version: string, changes: readonly CrdChange[], objects: number): string[] {
  const isRule = ({ detail }: CrdChange): boolean => detail?.startsWith('rule: ') ?? false;
  const [rules, others] = [changes.filter(isRule), changes.filter((change) => !isRule(change))];
  const notes: string[] = [];
  if (others.length > 0) notes.push(`${version} loses ${named(others.map(nameOf))}; ${unused(objects)}`);
  if (rules.length > 0 && objects > 0)
    notes.push(
      `${version} has new rules for ${named(rules.map(({ field }) => field))}; the API server checks ${count(objects)} when they change`,
    );
  return notes;
}

function nameOf({ field, version, detail }: CrdChange): string {
  if (field === '') return detail === undefined ? `version ${version}` : `values of the object (${detail})`;
  return detail === undefined ? field : `${field} (${detail})`;
}

function refusal(message: string): CrdLosses {
  return { refused: [message], notes: [] };
}

const nameOfObject = (object: Manifest): string => formatKey(keyOf(object));
const count = (objects: number): string => `${objects} ${objects === 1 ? 'object' : 'objects'}`;
const unused = (objects: number): string => (objects === 0 ? 'there are no objects' : `none of ${count(objects)} uses that`);

/** `a, b, c and 2 more` */
function named(names: readonly string[]): string {
  const unique = [...new Set(names)];
  const more = unique.length - NAMED;
  return `${unique.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
