import { type Manifest, idOf, formatKey, keyOf } from '../../manifests/manifest';
import type { LiveObject } from '../objects/live-object';
import { type Contract, contractOf, ENVIRONMENT_LABEL } from '../../manifests/contract';
import { commandLine } from '../cli/command-line';
import type { Dist } from '../dist';
import { crdOf, crdsOperatedBy, isNamespace, isSameObject, operatorsOf } from '../../manifests/custom-resource-definition';
import type { Session } from '../session';
import { releasedObjects, releaseNameOf } from '../helm/release-objects';
import { customResourcesOf } from './custom-resources';
import { dataOf, type Target } from './target';

/** Why an object stays. */
export interface KeepReason {
  readonly reason: string;
  /** It stays because something else does that nobody asked to delete. If not, what was asked for cannot be done. */
  readonly intended: boolean;
}

/** A target, and what its contract says. */
type Known = Target & { readonly manifest: Manifest; readonly contract: Contract };

/** What is known while an environment is taken away. */
export class DeletionContext {
  /** Ids of what stays on purpose. */
  readonly kept = new Set<string>();
  /** Ids of what is to be taken away. */
  readonly asked = new Set<string>();
  private readonly known: ReadonlyMap<string, Known>;
  readonly makers: readonly Known[];
  readonly readers: readonly Known[];
  readonly operators: readonly Known[];

  constructor(
    readonly session: Session,
    /** All that the environment has or had. */
    readonly targets: readonly Target[],
    readonly deleteData: boolean,
    private readonly dist: Pick<Dist, 'environment' | 'folder'>,
  ) {
    const known = targets.flatMap((target): Known[] => {
      const { manifest } = target;
      return manifest ? [{ ...target, manifest, contract: contractOf(manifest) }] : [];
    });
    this.known = new Map(known.map((target) => [idOf(target.key), target]));
    this.makers = known.filter(({ contract }) => contract.makes?.length);
    this.readers = known.filter(({ contract }) => contract.reads?.length);
    this.operators = known.filter(({ manifest }) => crdsOperatedBy(manifest).length > 0);
  }

  /** An object as dist has it, if it does: what is on the cluster may be older, or have lost its contract. */
  manifestOf(object: LiveObject): Manifest {
    return this.known.get(idOf(keyOf(object)))?.manifest ?? object;
  }

  /** The environment of an object, if that is another than the one that is taken away. */
  otherEnvironmentOf(object: LiveObject): string | undefined {
    const environment = object.metadata.labels?.[ENVIRONMENT_LABEL];
    return environment === this.dist.environment ? undefined : environment;
  }

  /** A command for a person to copy. */
  command(command: 'deploy' | 'destroy', ...words: readonly string[]): string {
    return commandLine(command, this.dist, this.session.context, ...words);
  }

  stageOf(object: LiveObject): string | undefined {
    return this.known.get(idOf(keyOf(object)))?.stage;
  }
}

type KeepRule = (object: LiveObject, situation: DeletionContext) => Promise<KeepReason | undefined>;

/** Why an object must stay; nothing if it may go. The first reason counts. */
export async function reasonToKeep(object: LiveObject, situation: DeletionContext): Promise<KeepReason | undefined> {
  for (const rule of RULES) {
    const stay = await rule(object, situation);
    if (stay) return stay;
  }
  return undefined;
}

/** Two environments do not share a cluster; whoever means another one has named the wrong folder, or the wrong cluster. */
const isAnothers: KeepRule = async (object, situation) => {
  const environment = situation.otherEnvironmentOf(object);
  return environment === undefined
    ? undefined
    : { reason: `belongs to the environment "${environment}": is this the right cluster?`, intended: false };
};

/** A release takes along what its chart does not tell Helm to keep. */
const releasesData: KeepRule = async (object, situation) => {
  if (situation.deleteData) return undefined;
  const released = await releasedObjects(situation.session.cluster, object);
  const [data] = released.filter((part) => dataOf(part) !== undefined);
  return data && { reason: `holds data: Helm would delete ${formatKey(keyOf(data))} with it`, intended: true };
};

/** Data goes only when that was said in words. Dist may say so before a deploy has, and the cluster when dist says so no longer. */
const holdsData: KeepRule = async (object, situation) => {
  const data = dataOf(object) ?? dataOf(situation.manifestOf(object));
  return data === undefined || situation.deleteData ? undefined : { reason: `holds data: ${data}`, intended: true };
};

/** What belongs to something that stays: the Secret of a database user is made by PGO, and we write into it. */
const belongsToKept: KeepRule = async (object, { makers, kept, asked, session }) => {
  for (const { key, contract } of makers.filter((maker) => kept.has(idOf(maker.key)) || !asked.has(idOf(maker.key)))) {
    if (!contract.makes?.some((made) => isSameObject(made, keyOf(object)))) continue;
    if (!kept.has(idOf(key)) && !(await session.cluster.get(key))) continue;
    return { reason: `belongs to ${formatKey(key)}, which is kept`, intended: true };
  }
  return undefined;
};

/** The definitions that an object looks after, or is, by name. */
function crdNamesOf(manifest: Manifest): string[] {
  const own = crdOf(manifest);
  return [...crdsOperatedBy(manifest), ...(own ? [own] : [])].map(({ name }) => name);
}

/** An operator, or a definition, of which objects are left, wherever in the cluster: without it they could never go, or would go with it. */
const hasObjects: KeepRule = async (object, situation) => {
  const { session, kept } = situation;
  const own = crdOf(object);
  const released = (await releasedObjects(session.cluster, object)).flatMap((part) => crdOf(part)?.name ?? []);
  for (const name of new Set([...crdNamesOf(situation.manifestOf(object)), ...crdNamesOf(object), ...released])) {
    const left = await customResourcesOf(session, name);
    const [unexpected] = left.filter((instance) => !kept.has(idOf(keyOf(instance))));
    const [instance = unexpected] = left;
    if (!instance) continue;
    const shown = formatKey(keyOf(unexpected ?? instance));
    const others = left.length > 1 ? `, and ${left.length - 1} more` : '';
    const what = own ? 'its objects would be deleted with it' : 'only it can take that apart';
    if (unexpected) return { reason: `${shown} is left${others}, and ${what}. Delete that first`, intended: false };
    return { reason: `${shown} is kept${others}, and ${what}`, intended: true };
  }
  return undefined;
};

/** A namespace takes along all that is in it, and leaves behind what a release has put elsewhere. */
const hasInhabitants: KeepRule = async (object, situation) => {
  if (!isNamespace(object)) return undefined;
  const { session, targets, kept } = situation;
  const { name } = object.metadata;
  for (const { key, manifest } of targets) {
    const isIn = key.namespace === name || (manifest && namespacesOf(manifest).includes(name));
    if (!isIn || !(await session.cluster.get(key))) continue;
    return { reason: `${formatKey(key)} is still there, and would be deleted with it`, intended: true };
  }
  const definitions = new Set(targets.flatMap(({ manifest }) => (manifest ? crdNamesOf(manifest) : [])));
  for (const definition of definitions) {
    const [foreign] = (await customResourcesOf(session, definition)).filter(({ metadata }) => metadata.namespace === name);
    if (foreign) {
      return {
        reason: `${formatKey(keyOf(foreign))} is in it, and would be deleted with it. Delete that first`,
        intended: kept.has(idOf(keyOf(foreign))),
      };
    }
  }
  return undefined;
};

/**
 * What something else, which is still there, reads by name: CVAT reads the Secret of its database. What is in one stage comes and goes together,
 * in no order that a reader could count on.
 */
const isRead: KeepRule = async (object, situation) => {
  const { asked, kept } = situation;
  const own = situation.stageOf(object);
  const offered = [keyOf(object), ...(contractOf(situation.manifestOf(object)).makes ?? [])];
  for (const reader of situation.readers) {
    const id = idOf(reader.key);
    if (id === idOf(keyOf(object)) || (reader.stage === own && asked.has(id) && !kept.has(id))) continue;
    const read = reader.contract.reads?.find((reference) => offered.some((offer) => isSameObject(offer, reference)));
    if (!read || !(await situation.session.cluster.get(reader.key))) continue;
    if (kept.has(id)) return { reason: `${formatKey(reader.key)}, which is kept, needs ${formatKey(read)}`, intended: true };
    const first = situation.command('destroy', withoutNumber(reader.stage));
    return { reason: `${formatKey(reader.key)} needs ${formatKey(read)}. Take that away first: ${first}`, intended: false };
  }
  return undefined;
};

/** A finalizer goes when its operator has done its work. Without the operator it stays for ever, and with it the object. */
const hasNoOperator: KeepRule = async (object, situation) => {
  const lost = await lostOperatorOf(object, situation);
  return lost === undefined ? undefined : { reason: lost, intended: false };
};

const RULES: readonly KeepRule[] = [isAnothers, holdsData, releasesData, belongsToKept, hasObjects, hasInhabitants, isRead, hasNoOperator];

/** Why nobody will ever take an object's finalizers away, and what to do; nothing when its operator is there, or is not ours. */
export async function lostOperatorOf(object: LiveObject, situation: DeletionContext): Promise<string | undefined> {
  const { operators, session } = situation;
  const { finalizers = [] } = object.metadata;
  if (finalizers.length === 0) return undefined;
  const own = operatorsOf(
    object,
    operators.map(({ manifest }) => manifest),
  );
  const [operator] = own;
  if (!operator) return undefined;
  for (const manifest of own) if (await session.cluster.get(keyOf(manifest))) return undefined;
  const stage = operators.find(({ manifest }) => manifest === operator)?.stage ?? '';
  return (
    `its finalizer ${finalizers.join(', ')} waits for ${formatKey(keyOf(operator))}, which is gone. ` +
    `Bring that back, and destroy again: ${situation.command('deploy', '--stage', withoutNumber(stage))}`
  );
}

const withoutNumber = (stage: string): string => stage.replace(/^\d+-/, '');

/** The namespaces in which a release has something, besides its own. */
function namespacesOf(manifest: Manifest): string[] {
  const release = releaseNameOf(manifest);
  return release ? [release.namespace, release.storage] : [];
}
