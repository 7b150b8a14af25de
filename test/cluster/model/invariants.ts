import { groupKindOf, formatKey, keyOf, type Manifest } from '../../../manifests/manifest';
import type { LiveObject } from '../../../cluster/objects/live-object';
import { FIELD_MANAGER } from '../../../cluster/api/cluster';
import type { Reference } from '../../../manifests/reference';
import { contractOf, DELETE_ANNOTATION, DELETE_WITH_DATA, ENVIRONMENT_LABEL, HOLDS_DATA_ANNOTATION } from '../../../manifests/contract';
import { releaseKeyOf } from './helm';
import type { ModelServer } from './model-server';

/** An object in words: `HelmChart kube-system/cvat`. */
export const words = (object: Manifest): string => formatKey(keyOf(object));

/** An object was deleted that must be kept. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

const DATA_KINDS = ['Namespace', 'CustomResourceDefinition.apiextensions.k8s.io', 'PersistentVolumeClaim'];

/** Whether an object has the environment's label, and not only by `kubectl label`. */
export const isOurs = ({ metadata }: LiveObject): boolean =>
  metadata.labels?.[ENVIRONMENT_LABEL] !== undefined &&
  (metadata.managedFields ?? []).some(({ manager, fieldsV1 }) => manager !== 'kubectl-label' && 'f:metadata' in fieldsV1);

export const isApplied = (object: LiveObject): boolean =>
  isOurs(object) && (object.metadata.managedFields ?? []).some(({ manager }) => manager === FIELD_MANAGER);

export const holdsData = (object: Manifest): boolean =>
  contractOf(object).holdsData !== undefined || DATA_KINDS.includes(groupKindOf(object));

/** Whether a policy protects an object: it has the annotation `holds-data`. */
const isProtected = (object: Manifest): boolean => contractOf(object).holdsData !== undefined;

/** The names of the CRDs whose custom resources an object reconciles. */
export function operatedBy(object: Manifest): readonly string[] {
  const { annotations = NONE } = object.metadata;
  const names = known.get(annotations) ?? operatedFor(object);
  known.set(annotations, names);
  return names;
}

const NONE = {};
/** A cache, because this is called very often. Objects are replaced, never changed in place. */
const known = new WeakMap<object, readonly string[]>();

function operatedFor(object: Manifest): string[] {
  const { makes = [], operates = [] } = contractOf(object);
  return [...makes, ...operates].filter(({ kind }) => kind === 'CustomResourceDefinition').map(({ name }) => name);
}

/** The custom resources that an object reconciles, in all namespaces. */
export function objectsOperatedBy(object: Manifest, server: ModelServer): LiveObject[] {
  const names = operatedBy(object);
  return server
    .crds()
    .filter(({ metadata }) => names.includes(metadata.name))
    .flatMap((crd) => server.instancesOf(crd));
}

/** The object itself and what it makes: what other objects may read. */
export const offersOf = (object: Manifest): Reference[] => [keyOf(object), ...(contractOf(object).makes ?? [])];

export function readsOf(reader: Manifest, offers: readonly Reference[]): boolean {
  const isNamed = (reference: Reference): boolean => offers.some((offer) => formatKey(offer) === formatKey(reference));
  return contractOf(reader).reads?.some(isNamed) ?? false;
}

export interface DeletionState {
  readonly server: ModelServer;
  readonly deleteData: boolean;
  /** The index of its stage, also of an object that is no longer in dist. */
  readonly stageOf: (object: Manifest) => number;
  readonly isInDist: (object: Manifest) => boolean;
  readonly isAdopted: (object: LiveObject) => boolean;
}

/** Throws a Violation if an object must not be deleted now. Called before every deletion. */
export function checkDeletion(object: LiveObject, { server, deleteData, stageOf, isInDist, isAdopted }: DeletionState): void {
  const refuse = (reason: string): never => {
    throw new Violation(`${formatKey(keyOf(object))} was deleted, but ${reason}`);
  };
  const refuseFor = (left: LiveObject | undefined, reason: string): void => {
    if (left) refuse(`${formatKey(keyOf(left))} ${reason}`);
  };
  if (isInventory(object)) {
    const others = inventoried(server.all().filter((other) => other.metadata.uid !== object.metadata.uid));
    const left = server.all().find((other) => isApplied(other) && !others.has(words(other)));
    return refuseFor(left, 'still exists and would no longer be recorded');
  }
  const ours = server.all().filter((other) => isOurs(other) && other.metadata.uid !== object.metadata.uid);
  refuseFor(objectsOperatedBy(object, server)[0], 'still exists and only this can finalize it');
  if (object.kind === 'ServiceAccount') {
    const operator = ours.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === object.metadata.name);
    if (operator)
      refuseFor(
        objectsOperatedBy(operator, server)[0],
        `still exists, and ${operator.metadata.name} cannot finalize it without its ServiceAccount`,
      );
  }
  if (object.kind === 'CustomResourceDefinition') refuseFor(server.instancesOf(object)[0], 'still exists and would be deleted with it');
  if (object.kind === 'Namespace') {
    const { name } = object.metadata;
    refuseFor(
      ours.find(({ metadata }) => metadata.namespace === name),
      'is in it',
    );
    refuseFor(
      ours.find((other) => other.kind === 'HelmChart' && releaseKeyOf(other).namespace === name),
      'has its release in it',
    );
    const operated = ours.flatMap((operator) => objectsOperatedBy(operator, server));
    refuseFor(
      operated.find(({ metadata }) => metadata.namespace === name),
      'is in it',
    );
  }
  if (!deleteData && holdsData(object)) refuse('it holds data');
  // Without dataProtection, dist has no policy, and deploy deletes it.
  if (object.kind === 'ValidatingAdmissionPolicy' && isInDist(object)) {
    // A namespace that existed before, and adopted objects, are kept with --delete-data.
    const isKept = (other: LiveObject): boolean => deleteData && (other.kind === 'Namespace' || isAdopted(other));
    refuseFor(
      ours.find((other) => isProtected(other) && !isKept(other)),
      'holds data and would no longer be protected',
    );
  }
  const isMarked = object.metadata.annotations?.[DELETE_ANNOTATION] === DELETE_WITH_DATA;
  const isGuarded = ours.some(({ kind }) => kind === 'ValidatingAdmissionPolicy');
  if (isGuarded && !isMarked && object.metadata.annotations?.[HOLDS_DATA_ANNOTATION] !== undefined)
    refuse('it is protected and has no mark');
  refuseFor(
    ours.find((reader) => stageOf(reader) > stageOf(object) && readsOf(reader, offersOf(object))),
    'reads it or what it makes',
  );
}

/** The objects of all inventories among these, in words. */
export function inventoried(objects: readonly LiveObject[]): ReadonlySet<string> {
  const lines = objects.filter(isInventory).flatMap(({ data }) => Object.values((data ?? {}) as Readonly<Record<string, string>>));
  return new Set(
    lines
      .flatMap((text) => text.split('\n'))
      .map((line) => line.replace(/^\S+ /, '').replace(/ \((adopted|created|left by release)\)$/, '')),
  );
}

function isInventory({ kind, metadata }: LiveObject): boolean {
  return kind === 'ConfigMap' && metadata.name.startsWith('third-party-platform-');
}
