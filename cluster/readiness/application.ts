import { isDeepStrictEqual } from 'node:util';
import { isMap, listOf, valueAt } from '../../manifests/fields';
import type { LiveObject } from '../objects/live-object';
import { sentence } from './conditions';
import { textAt } from './fields';
import { failed, READY, type State, waiting } from './readiness';

/** As `argocd app wait` has it: synced and healthy, and nothing going on. Degraded is no end: workloads recover. */
export function application(object: LiveObject): State {
  const sync = valueAt(object, 'status', 'sync');
  if (!sameSources(valueAt(sync, 'comparedTo'), object['spec'])) return waiting('Argo CD has not taken up the last change yet');
  return operation(object) ?? synced(object) ?? healthy(object) ?? READY;
}

function operation(object: LiveObject): State | undefined {
  const last = valueAt(object, 'status', 'operationState');
  const [phase = '', message] = [textAt(last, 'phase'), sentence(valueAt(last, 'message'))];
  if (object['operation'] !== undefined || ['Running', 'Terminating'].includes(phase)) return waiting(message ?? 'is being synced');
  // Retries are over by now, and the same revision is not tried again.
  const isOfThis = sameSources(valueAt(last, 'syncResult'), object['spec']);
  const isSynced = textAt(object, 'status', 'sync', 'status') === 'Synced';
  return ['Failed', 'Error'].includes(phase) && isOfThis && !isSynced ? failed(message ?? 'the last sync failed') : undefined;
}

function synced(object: LiveObject): State | undefined {
  const status = textAt(object, 'status', 'sync', 'status') ?? 'Unknown';
  if (status === 'Synced') return undefined;
  const error = listOf(valueAt(object, 'status', 'conditions')).find((condition) => textAt(condition, 'type')?.endsWith('Error'));
  return waiting(sentence(valueAt(error, 'message')) ?? (status === 'OutOfSync' ? 'is not synced yet' : `its sync is ${status}`));
}

function healthy(object: LiveObject): State | undefined {
  const status = textAt(object, 'status', 'health', 'status') ?? 'Unknown';
  if (status === 'Healthy') return undefined;
  const message = sentence(valueAt(object, 'status', 'health', 'message'));
  return waiting(`its health is ${status}${message === undefined ? '' : `: ${message}`}`);
}

/** An Application observes no generation, but says of which sources its status speaks: as Go writes them, without what is empty. */
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
