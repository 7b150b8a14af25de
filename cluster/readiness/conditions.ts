import { type Condition, conditionOf, type LiveObject } from '../objects/live-object';
import { numberAt } from './fields';
import { type State, waiting } from './readiness';

export const NOT_TAKEN_UP = 'its controller has not taken up the last change yet';

/** The condition, if it speaks of the object as it is now and not as it was before the last change. */
export function currentCondition(object: LiveObject, type: string): Condition | undefined {
  const condition = conditionOf(object, type);
  const observed = condition?.observedGeneration ?? numberAt(object, 'status', 'observedGeneration');
  return isBehind(object, observed) ? undefined : condition;
}

export function isTrue(object: LiveObject, type: string): boolean {
  return currentCondition(object, type)?.status === 'True';
}

/**
 * Waiting while the controller has seen an older generation only. What a status means that does not say which, depends on the kind:
 * `never` where the controller always says it, `whatever` where it may be one that does not.
 */
export function unobserved(object: LiveObject, unsaid: 'never' | 'whatever' = 'whatever'): State | undefined {
  const observed = numberAt(object, 'status', 'observedGeneration') ?? (unsaid === 'never' ? 0 : undefined);
  return isBehind(object, observed) ? waiting(NOT_TAKEN_UP) : undefined;
}

function isBehind({ metadata: { generation = 0 } }: LiveObject, observed = Infinity): boolean {
  return observed < generation;
}

/** A condition as a reason. */
export function saying({ type, status, reason, message }: Condition): string {
  return sentence(message) ?? reason ?? `${type} is ${status}`;
}

/**
 * What somebody else wrote as a reason: the first line, without the period at its end. Where that only announces what follows, as Helm's
 * `1 error occurred:` does, with the line that follows. Nothing if it says nothing.
 */
export function sentence(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  const lines = text.split('\n').flatMap((line) => line.trim() || []);
  const last = lines.findIndex((line) => !line.endsWith(':'));
  return (
    lines
      .slice(0, last < 0 ? 1 : last + 1)
      .join(' ')
      .replace(/\.$/, '') || undefined
  );
}
