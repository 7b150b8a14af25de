import { groupKindOf, formatKey, keyOf, type Manifest } from '../../../manifests/manifest';
import type { LiveObject } from '../../../cluster/objects/live-object';
import { FIELD_MANAGER } from '../../../cluster/api/cluster';
import type { Reference } from '../../../manifests/reference';
import { contractOf, DELETE_ANNOTATION, DELETE_WITH_DATA, ENVIRONMENT_LABEL, HOLDS_DATA_ANNOTATION } from '../../../manifests/contract';
import { placeOf } from './helm';
import type { ModelServer } from './model-server';

/** Something was deleted that must not be. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

const DATA_KINDS = ['Namespace', 'CustomResourceDefinition.apiextensions.k8s.io', 'PersistentVolumeClaim'];

/** It has the label, and not by `kubectl label`. */
export const isOurs = ({ metadata }: LiveObject): boolean =>
  metadata.labels?.[ENVIRONMENT_LABEL] !== undefined && (metadata.managedFields ?? []).some(({ manager }) => manager !== 'kubectl-label');

const isApplied = (object: LiveObject): boolean =>
  isOurs(object) && (object.metadata.managedFields ?? []).some(({ manager }) => manager === FIELD_MANAGER);

export const holdsData = (object: Manifest): boolean =>
  contractOf(object).holdsData !== undefined || DATA_KINDS.includes(groupKindOf(object));

/** A policy protects what says in an annotation that it holds data. */
const isProtected = (object: Manifest): boolean => contractOf(object).holdsData !== undefined;

/** The names of the definitions that it looks after. */
export function operatedBy(object: Manifest): readonly string[] {
  const { annotations = NONE } = object.metadata;
  const names = known.get(annotations) ?? operatedFor(object);
  known.set(annotations, names);
  return names;
}

const NONE = {};
/** It is asked for all the time, and objects are replaced, never changed. */
const known = new WeakMap<object, readonly string[]>();

function operatedFor(object: Manifest): string[] {
  const { makes = [], operates = [] } = contractOf(object);
  return [...makes, ...operates].filter(({ kind }) => kind === 'CustomResourceDefinition').map(({ name }) => name);
}

/** All objects of the kinds that it looks after, wherever they are. */
export function objectsOperatedBy(object: Manifest, server: ModelServer): LiveObject[] {
  const names = operatedBy(object);
  return server
    .definitions()
    .filter(({ metadata }) => names.includes(metadata.name))
    .flatMap((definition) => server.instancesOf(definition));
}

/** What others may read of it. */
export const offersOf = (object: Manifest): Reference[] => [keyOf(object), ...(contractOf(object).makes ?? [])];

export function readsOf(reader: Manifest, offers: readonly Reference[]): boolean {
  const isNamed = (reference: Reference): boolean => offers.some((offer) => formatKey(offer) === formatKey(reference));
  return contractOf(reader).reads?.some(isNamed) ?? false;
}

export interface Circumstances {
  readonly server: ModelServer;
  readonly deleteData: boolean;
  /** The place of its stage, whether dist still has it or not. */
  readonly stageOf: (object: Manifest) => number;
  readonly isInDist: (object: Manifest) => boolean;
}

/** Fails when an object must not be deleted now, whatever was asked for: every request to delete something comes by here. */
export function judgeDeletion(object: LiveObject, { server, deleteData, stageOf, isInDist }: Circumstances): void {
  const refuse = (reason: string): never => {
    throw new Violation(`${formatKey(keyOf(object))} was deleted, but ${reason}`);
  };
  const refuseFor = (left: LiveObject | undefined, reason: string): void => {
    if (left) refuse(`${formatKey(keyOf(left))} ${reason}`);
  };
  if (isInventory(object)) return refuseFor(server.all().find(isApplied), 'is left, and would be forgotten');
  const ours = server.all().filter((other) => isOurs(other) && other.metadata.uid !== object.metadata.uid);
  refuseFor(objectsOperatedBy(object, server)[0], 'is left, and only it takes that apart');
  if (object.kind === 'ServiceAccount') {
    const operator = ours.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === object.metadata.name);
    if (operator) refuseFor(objectsOperatedBy(operator, server)[0], `is left, and ${operator.metadata.name} can do nothing without it`);
  }
  if (object.kind === 'CustomResourceDefinition') refuseFor(server.instancesOf(object)[0], 'is left, and would go with it');
  if (object.kind === 'Namespace') {
    const { name } = object.metadata;
    refuseFor(
      ours.find(({ metadata }) => metadata.namespace === name),
      'is in it',
    );
    refuseFor(
      ours.find((other) => other.kind === 'HelmChart' && placeOf(other).namespace === name),
      'has put its release into it',
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
    // Even then, a namespace that existed before is kept.
    const isKept = ({ kind }: Manifest): boolean => deleteData && kind === 'Namespace';
    refuseFor(
      ours.find((other) => isProtected(other) && !isKept(other)),
      'holds data, and is protected no longer',
    );
  }
  const isMarked = object.metadata.annotations?.[DELETE_ANNOTATION] === DELETE_WITH_DATA;
  const isGuarded = ours.some(({ kind }) => kind === 'ValidatingAdmissionPolicy');
  if (isGuarded && !isMarked && object.metadata.annotations?.[HOLDS_DATA_ANNOTATION] !== undefined) refuse('it is guarded, and not marked');
  refuseFor(
    ours.find((reader) => stageOf(reader) > stageOf(object) && readsOf(reader, offersOf(object))),
    'reads it, or what it makes',
  );
}

function isInventory({ kind, metadata }: LiveObject): boolean {
  return kind === 'ConfigMap' && metadata.name.startsWith('third-party-platform-');
}
