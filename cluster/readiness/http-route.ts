import { isDeepStrictEqual } from 'node:util';
import { listOf, valueAt } from '../../manifests/fields';
import type { Condition, LiveObject } from '../objects/live-object';
import { saying } from './conditions';
import { textAt } from './fields';
import { READY, type State, waiting } from './readiness';

/**
 * Ready when every Gateway that it names has taken it. Until then nobody reaches what is behind it, and an object alone does not show that:
 * the API server takes any. https://gateway-api.sigs.k8s.io/reference/spec/#routestatus
 */
export function httpRoute(object: LiveObject): State {
  const answers = listOf(valueAt(object, 'status', 'parents'));
  const states = listOf(valueAt(object, 'spec', 'parentRefs')).map((parent) => {
    const own = answers.filter((answer) => samePlace(valueAt(answer, 'parentRef'), parent));
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
  // ResolvedRefs is about the Services behind it.
  const refused = current.find(({ type, status }) => ['Accepted', 'ResolvedRefs'].includes(type) && status !== 'True');
  if (refused) return waiting(`Gateway ${name} says: ${saying(refused)}`);
  if (current.some(({ type }) => type === 'Accepted')) return READY;
  return waiting(`Gateway ${name} has not answered yet`);
}

function samePlace(one: unknown, other: unknown): boolean {
  return ['name', 'namespace', 'sectionName', 'port'].every((field) => isDeepStrictEqual(valueAt(one, field), valueAt(other, field)));
}

function parentName(parent: unknown, { metadata }: LiveObject): string {
  return `${textAt(parent, 'namespace') ?? metadata.namespace ?? ''}/${textAt(parent, 'name') ?? ''}`;
}
