import { isDeepStrictEqual } from 'node:util';
import { isMap, listOf, valueAt } from '../../manifests/fields';
import type { LiveObject } from '../objects/live-object';
import { firstSentence } from './conditions';
import { textAt } from './fields';
import { failed, READY, type State, waiting } from './readiness';

/** As `argocd app wait`: synced and healthy, and no operation in progress. Degraded is not a failure: workloads recover. */
export function application(object: LiveObject): State {
  const sync = valueAt(object, 'status', 'sync');
  if (!sameSources(valueAt(sync, 'comparedTo'), object['spec'])) return waiting('Argo CD has not observed the last change yet');
  return operation(object) ?? synced(object) ?? healthy(object) ?? READY;
}

function operation(object: LiveObject): State | undefined {
  const last = valueAt(object, 'status', 'operationState');
  const [phase = '', message] = [textAt(last, 'phase'), firstSentence(valueAt(last, 'message'))];
  if (object['operation'] !== undefined || ['Running', 'Terminating'].includes(phase)) return waiting(message ?? 'is being synced');
  // Retries are over by now, and Argo CD does not sync the same revision again by itself.
  const isOfThis = sameSources(valueAt(last, 'syncResult'), object['spec']);
  const isSynced = textAt(object, 'status', 'sync', 'status') === 'Synced';
  return ['Failed', 'Error'].includes(phase) && isOfThis && !isSynced ? failed(message ?? 'the last sync failed') : undefined;
}

function synced(object: LiveObject): State | undefined {
  const status = textAt(object, 'status', 'sync', 'status') ?? 'Unknown';
  if (status === 'Synced') return undefined;
  const error = listOf(valueAt(object, 'status', 'conditions')).find((condition) => textAt(condition, 'type')?.endsWith('Error'));
  return waiting(firstSentence(valueAt(error, 'message')) ?? (status === 'OutOfSync' ? 'is not synced yet' : `its sync is ${status}`));
}

function healthy(object: LiveObject): State | undefined {
  const status = textAt(object, 'status', 'health', 'status') ?? 'Unknown';
  if (status === 'Healthy') return undefined;
  const message = firstSentence(valueAt(object, 'status', 'health', 'message'));
  return waiting(`its health is ${status}${message === undefined ? '' : `: ${message}`}`);
}

/** An Application has no observedGeneration, but its status names the sources that it is about: as Go writes them, without empty fields. */
function sameSources(one: unknown, other: unknown): boolean {
  return ['source', 'sources'].every((field) => isDeepStrictEqual(withoutEmpty(valueAt(one, field)), withoutEmpty(valueAt(other, field))));
}

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(withoutEmpty);
  if (!isMap(value)) return value || undefined;
  const entries = Object.entries(value).flatMap(([key, inner]) => {
    const left = withoutEmpty(inner);
    return left === undefined ? [] : [[key, left] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
