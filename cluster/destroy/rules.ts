import { type Contract, contractOf, type Manifest } from '../../constructs/contract';
import { idOf, inWords, keyOf, type LiveObject } from '../object';
import { definitionIn, definitionsOperatedBy, isNamespace, isSame, operatorsOf } from '../relations';
import type { Session } from '../session';
import { releaseNameOf } from './helm';
import { instancesOf } from './instances';
import { dataOf, type Target } from './target';

/** Why an object stays. */
export interface Stay {
  readonly reason: string;
  /** It stays because something else does that nobody asked to delete. If not, what was asked for cannot be done. */
  readonly intended: boolean;
}

/** A target, and what its contract says. */
type Known = Target & { readonly manifest: Manifest; readonly contract: Contract };

/** What is known while an environment is taken away. */
export class Situation {
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
  ) {
    const known = targets.flatMap((target): Known[] => {
      const { manifest } = target;
      return manifest ? [{ ...target, manifest, contract: contractOf(manifest) }] : [];
    });
    this.known = new Map(known.map((target) => [idOf(target.key), target]));
    this.makers = known.filter(({ contract }) => contract.makes?.length);
    this.readers = known.filter(({ contract }) => contract.reads?.length);
    this.operators = known.filter(({ manifest }) => definitionsOperatedBy(manifest).length > 0);
  }

  /** An object as dist has it, if it does: what is on the cluster may be older, or have lost its contract. */
  manifestOf(object: LiveObject): Manifest {
    return this.known.get(idOf(keyOf(object)))?.manifest ?? object;
  }

  stageOf(object: LiveObject): string | undefined {
    return this.known.get(idOf(keyOf(object)))?.stage;
  }
}

type Rule = (object: LiveObject, situation: Situation) => Promise<Stay | undefined>;

/** Why an object must stay; nothing if it may go. The first reason counts. */
export async function reasonToStay(object: LiveObject, situation: Situation): Promise<Stay | undefined> {
  for (const rule of RULES) {
    const stay = await rule(object, situation);
    if (stay) return stay;
  }
  return undefined;
}

/** Data goes only when that was said in words. Dist may say so before a deploy has, and the cluster when dist says so no longer. */
const holdsData: Rule = async (object, situation) => {
  const data = dataOf(object) ?? dataOf(situation.manifestOf(object));
  return data === undefined || situation.deleteData ? undefined : { reason: `holds data: ${data}`, intended: true };
};

/** What belongs to something that stays: the Secret of a database user is made by PGO, and we write into it. */
const belongsToKept: Rule = async (object, { makers, kept }) => {
  const maker = makers.find(({ key, contract }) => kept.has(idOf(key)) && contract.makes?.some((made) => isSame(made, keyOf(object))));
  return maker && { reason: `belongs to ${inWords(maker.key)}, which is kept`, intended: true };
};

/** The definitions that an object looks after, or is, by name. */
function definitionsOf(manifest: Manifest): string[] {
  const own = definitionIn(manifest);
  return [...definitionsOperatedBy(manifest), ...(own ? [own] : [])].map(({ name }) => name);
}

/** An operator, or a definition, of which objects are left, wherever in the cluster: without it they could never go, or would go with it. */
const hasObjects: Rule = async (object, situation) => {
  const { session, kept } = situation;
  const own = definitionIn(object);
  for (const name of new Set([...definitionsOf(situation.manifestOf(object)), ...definitionsOf(object)])) {
    const left = await instancesOf(session, name);
    const [unexpected] = left.filter((instance) => !kept.has(idOf(keyOf(instance))));
    const [instance = unexpected] = left;
    if (!instance) continue;
    const shown = inWords(keyOf(unexpected ?? instance));
    const others = left.length > 1 ? `, and ${left.length - 1} more` : '';
    const what = own ? 'its objects would be deleted with it' : 'only it can take that apart';
    if (unexpected) return { reason: `${shown} is left${others}, and ${what}. Delete that first`, intended: false };
    return { reason: `${shown} is kept${others}, and ${what}`, intended: true };
  }
  return undefined;
};

/** A namespace takes along all that is in it, and leaves behind what a release has put elsewhere. */
const hasInhabitants: Rule = async (object, situation) => {
  if (!isNamespace(object)) return undefined;
  const { session, targets, kept } = situation;
  const { name } = object.metadata;
  for (const { key, manifest } of targets) {
    const isIn = key.namespace === name || (manifest && namespacesOf(manifest).includes(name));
    if (!isIn || !(await session.cluster.get(key))) continue;
    return { reason: `${inWords(key)} is still there, and would be deleted with it`, intended: true };
  }
  const definitions = new Set(targets.flatMap(({ manifest }) => (manifest ? definitionsOf(manifest) : [])));
  for (const definition of definitions) {
    const [foreign] = (await instancesOf(session, definition)).filter(({ metadata }) => metadata.namespace === name);
    if (foreign) {
      return {
        reason: `${inWords(keyOf(foreign))} is in it, and would be deleted with it. Delete that first`,
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
const isRead: Rule = async (object, situation) => {
  const { asked, kept } = situation;
  const own = situation.stageOf(object);
  const offered = [keyOf(object), ...(contractOf(situation.manifestOf(object)).makes ?? [])];
  for (const reader of situation.readers) {
    const id = idOf(reader.key);
    if (id === idOf(keyOf(object)) || (reader.stage === own && asked.has(id) && !kept.has(id))) continue;
    const read = reader.contract.reads?.find((reference) => offered.some((offer) => isSame(offer, reference)));
    if (!read || !(await situation.session.cluster.get(reader.key))) continue;
    if (kept.has(id)) return { reason: `${inWords(reader.key)}, which is kept, needs ${inWords(read)}`, intended: true };
    const stage = reader.stage.replace(/^\d+-/, '');
    return { reason: `${inWords(reader.key)} needs ${inWords(read)}. Take that away first: npm run destroy ${stage}`, intended: false };
  }
  return undefined;
};

/** A finalizer goes when its operator has done its work. Without the operator it stays for ever, and with it the object. */
const hasNoOperator: Rule = async (object, situation) => {
  const lost = await lostOperatorOf(object, situation);
  return lost === undefined ? undefined : { reason: lost, intended: false };
};

const RULES: readonly Rule[] = [holdsData, belongsToKept, hasObjects, hasInhabitants, isRead, hasNoOperator];

/** Why nobody will ever take an object's finalizers away, and what to do; nothing when its operator is there, or is not ours. */
export async function lostOperatorOf(object: LiveObject, { operators, session }: Situation): Promise<string | undefined> {
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
    `its finalizer ${finalizers.join(', ')} waits for ${inWords(keyOf(operator))}, which is gone. ` +
    `Bring that back, and destroy again: npm run deploy -- --stage ${stage.replace(/^\d+-/, '')}`
  );
}

/** The namespaces in which a release has something, besides its own. */
function namespacesOf(manifest: Manifest): string[] {
  const release = releaseNameOf(manifest);
  return release ? [release.namespace, release.storage] : [];
}
