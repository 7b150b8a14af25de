import { type Manifest, idOf, formatKey, keyOf } from '../../manifests/manifest';
import { type LiveObject, operatorFinalizersOf } from '../objects/live-object';
import { contractOf } from '../../manifests/contract';
import { crdOf, crdsOperatedBy, isNamespace, isSameObject, operatorsOf } from '../../manifests/custom-resource-definition';
import { ApiError } from '../api/api-error';
import { notOursReason } from './not-ours';
import { foreignContentsOf } from './namespace-contents';
import { releasedObjects } from '../helm/release-objects';
import { releaseOf } from '../../manifests/helm-release';
import { customResourcesOf } from './custom-resources';
import type { DeletionContext } from './deletion-context';
import { dataOf } from './target';

/** Why an object is not deleted. */
export interface KeepReason {
  readonly reason: string;
  /** True: kept by a rule, and the command succeeds. False: the object was to be deleted and cannot be, and the command fails. */
  readonly intended: boolean;
  /** The object is not ours: nothing has to be kept for its sake. */
  readonly notOurs?: true;
}

type KeepRule = (object: LiveObject, context: DeletionContext) => Promise<KeepReason | undefined>;

/** Why an object must not be deleted, by the first rule that applies; undefined if it may be. */
export async function reasonToKeep(object: LiveObject, context: DeletionContext): Promise<KeepReason | undefined> {
  for (const rule of RULES) {
    const reason = await rule(object, context);
    if (reason) return reason;
  }
  return undefined;
}

/** An object with another environment's label: probably the wrong folder or the wrong cluster. */
const ofOtherEnvironment: KeepRule = async (object, context) => {
  const environment = context.otherEnvironmentOf(object);
  return environment === undefined
    ? undefined
    : { reason: `belongs to environment "${environment}". Check the folder and the context`, intended: false };
};

/** Only objects that are ours are deleted. Adopted objects, and namespaces that we have not created, are not. */
const isNotOurs: KeepRule = async (object, context) => {
  const reason = notOursReason(object, context.environment, context.noteOf(object));
  return reason === undefined ? undefined : { reason, intended: true, notOurs: true };
};

/** A release that contains objects that hold data and that Helm does not keep. */
const releaseHoldsData: KeepRule = async (object, context) => {
  if (context.deleteData) return undefined;
  const released = await releasedObjects(context.session.cluster, object);
  const [data] = released.filter((part) => dataOf(part) !== undefined);
  return data && { reason: `holds data: Helm would delete ${formatKey(keyOf(data))} with it`, intended: true };
};

/** Data is deleted only with --delete-data. Either the live object or the manifest in dist may say that it holds data. */
const holdsData: KeepRule = async (object, context) => {
  const data = dataOf(object) ?? dataOf(context.manifestOf(object));
  return data === undefined || context.deleteData ? undefined : { reason: `holds data: ${data}`, intended: true };
};

/** Objects that a kept object makes: PGO creates the Secret of a database user, and we add fields to it. */
const belongsToKept: KeepRule = async (object, { makers, kept, asked, session }) => {
  for (const { key, contract } of makers.filter((maker) => kept.has(idOf(maker.key)) || !asked.has(idOf(maker.key)))) {
    if (!contract.makes?.some((made) => isSameObject(made, keyOf(object)))) continue;
    if (!kept.has(idOf(key)) && !(await session.cluster.get(key))) continue;
    return { reason: `belongs to ${formatKey(key)}, which is kept`, intended: true };
  }
  return undefined;
};

/** Names of the CRDs that an object operates, or is. */
function crdNamesOf(manifest: Manifest): string[] {
  const own = crdOf(manifest);
  return [...crdsOperatedBy(manifest), ...(own ? [own] : [])].map(({ name }) => name);
}

/** An operator or CRD with custom resources left in any namespace: they could not be finalized without it, or would be deleted with it. */
const hasObjects: KeepRule = async (object, context) => {
  const { session, kept } = context;
  const own = crdOf(object);
  const released = (await releasedObjects(session.cluster, object)).flatMap((part) => crdOf(part)?.name ?? []);
  for (const name of new Set([...crdNamesOf(context.manifestOf(object)), ...crdNamesOf(object), ...released])) {
    const left = await customResourcesOf(session, name);
    const [unexpected] = left.filter((instance) => !kept.has(idOf(keyOf(instance))));
    const [instance = unexpected] = left;
    if (!instance) continue;
    const shown = formatKey(keyOf(unexpected ?? instance));
    const others = left.length > 1 ? `, and ${left.length - 1} more` : '';
    const what = own ? 'would be deleted with it' : 'only this can finalize it';
    if (unexpected) return { reason: `${shown} still exists${others}, and ${what}. Delete it first`, intended: false };
    return { reason: `${shown} is kept${others}, and ${what}`, intended: true };
  }
  return undefined;
};

/** Deleting a namespace deletes its contents, and a release in it would leave objects in other namespaces. */
const hasContents: KeepRule = async (object, context) => {
  if (!isNamespace(object)) return undefined;
  const { session, targets, kept } = context;
  const { name } = object.metadata;
  for (const { key, manifest } of targets) {
    const isIn = key.namespace === name || (manifest && namespacesOf(manifest).includes(name));
    if (!isIn || !(await session.cluster.get(key))) continue;
    return { reason: `${formatKey(key)} still exists and would be deleted with it`, intended: true };
  }
  const crds = new Set(targets.flatMap(({ manifest }) => (manifest ? crdNamesOf(manifest) : [])));
  for (const crd of crds) {
    const [foreign] = (await customResourcesOf(session, crd)).filter(({ metadata }) => metadata.namespace === name);
    if (foreign) {
      return {
        reason: `${formatKey(keyOf(foreign))} is in it and would be deleted with it. Delete it first`,
        intended: kept.has(idOf(keyOf(foreign))),
      };
    }
  }
  return undefined;
};

/** Deleting a namespace of ours also deletes objects in it that others have created. */
const hasForeignContents: KeepRule = async (object, context) => {
  if (!isNamespace(object) || context.deleteNamespaceContents) return undefined;
  let contents: readonly string[];
  try {
    contents = await foreignContentsOf(object.metadata.name, context);
  } catch (error) {
    // RBAC, or an aggregated API whose server is down: the rest of the deletion need not fail.
    if (!(error instanceof ApiError)) throw error;
    const unknown = `may contain objects that are not ours: they cannot be listed (${error.message})`;
    return { reason: `${unknown}. To delete it with everything in it, add --delete-namespace-contents`, intended: false };
  }
  if (contents.length === 0) return undefined;
  const reason = `contains objects that are not ours: ${contents.join(', ')}. To delete them with it, add --delete-namespace-contents`;
  return { reason, intended: true };
};

/**
 * Objects that another existing object reads by name: CVAT reads the Secret of its database. Objects of one stage are applied and deleted together, so
 * there a reader cannot rely on an order.
 */
const isRead: KeepRule = async (object, context) => {
  const { asked, kept } = context;
  const own = context.stageOf(object);
  const offered = [keyOf(object), ...(contractOf(context.manifestOf(object)).makes ?? [])];
  for (const reader of context.readers) {
    const id = idOf(reader.key);
    if (id === idOf(keyOf(object)) || (reader.stage === own && asked.has(id) && !kept.has(id))) continue;
    const read = reader.contract.reads?.find((reference) => offered.some((offer) => isSameObject(offer, reference)));
    if (!read || !(await context.session.cluster.get(reader.key))) continue;
    if (kept.has(id)) return { reason: `${formatKey(reader.key)}, which is kept, needs ${formatKey(read)}`, intended: true };
    const first = context.command('destroy', withoutNumber(reader.stage));
    return { reason: `${formatKey(reader.key)} needs ${formatKey(read)}. Delete that first: ${first}`, intended: false };
  }
  return undefined;
};

/** Without its operator a finalizer is never removed, and the object would be terminating for ever. */
const operatorIsMissing: KeepRule = async (object, context) => {
  const reason = await missingOperatorOf(object, context);
  return reason === undefined ? undefined : { reason, intended: false };
};

const RULES: readonly KeepRule[] = [
  ofOtherEnvironment,
  isNotOurs,
  holdsData,
  releaseHoldsData,
  belongsToKept,
  hasObjects,
  hasContents,
  hasForeignContents,
  isRead,
  operatorIsMissing,
];

/** Why an object's finalizers will not be removed, and what to do; undefined when its operator exists or is not ours. */
export async function missingOperatorOf(object: LiveObject, context: DeletionContext): Promise<string | undefined> {
  const { operators, session } = context;
  const finalizers = operatorFinalizersOf(object);
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
    `its finalizer ${finalizers.join(', ')} waits for ${formatKey(keyOf(operator))}, which does not exist. ` +
    `Deploy it and destroy again: ${context.command('deploy', '--stage', withoutNumber(stage))}`
  );
}

const withoutNumber = (stage: string): string => stage.replace(/^\d+-/, '');

/** The namespaces of a release's objects and of its Secrets. */
function namespacesOf(manifest: Manifest): string[] {
  const release = releaseOf(manifest);
  return release ? [release.namespace, release.storageNamespace ?? release.namespace] : [];
}
