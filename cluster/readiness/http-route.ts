import { isDeepStrictEqual } from 'node:util';
import { listOf, valueAt } from '../../manifests/fields';
import type { Condition, LiveObject } from '../objects/live-object';
import { describeCondition } from './conditions';
import { textAt } from './fields';
import { READY, type State, waiting } from './readiness';

/**
 * Ready when every Gateway that it names has accepted it. Until then its backends are not reachable, and the API server accepts a route
 * to a Gateway that does not exist. https://gateway-api.sigs.k8s.io/reference/spec/#routestatus
 */
export function httpRoute(object: LiveObject): State {
  const answers = listOf(valueAt(object, 'status', 'parents'));
  const states = listOf(valueAt(object, 'spec', 'parentRefs')).map((parent) => {
    const own = answers.filter((answer) => isSameParent(valueAt(answer, 'parentRef'), parent));
    return accepted(
      object,
      parentName(parent, object),
      own.flatMap((answer) => listOf(valueAt(answer, 'conditions')) as Condition[]),
    );
  });
  return states.find(({ state }) => state !== 'ready') ?? READY;
}

function accepted({ metadata: { generation = 0 } }: LiveObject, name: string, conditions: readonly Condition[]): State {
  const current = conditions.filter(({ observedGeneration = Infinity }) => observedGeneration >= generation);
  // ResolvedRefs is about its backends.
  const refused = current.find(({ type, status }) => ['Accepted', 'ResolvedRefs'].includes(type) && status !== 'True');
  if (refused) return waiting(`Gateway ${name}: ${describeCondition(refused)}`);
  if (current.some(({ type }) => type === 'Accepted')) return READY;
  return waiting(`Gateway ${name} has not accepted it yet`);
}

function isSameParent(one: unknown, other: unknown): boolean {
  return ['name', 'namespace', 'sectionName', 'port'].every((field) => isDeepStrictEqual(valueAt(one, field), valueAt(other, field)));
}

function parentName(parent: unknown, { metadata }: LiveObject): string {
  return `${textAt(parent, 'namespace') ?? metadata.namespace ?? ''}/${textAt(parent, 'name') ?? ''}`;
}
