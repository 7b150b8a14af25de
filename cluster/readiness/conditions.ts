import { type Condition, conditionOf, type LiveObject } from '../objects/live-object';
import { numberAt } from './fields';
import { type State, waiting } from './readiness';

export const NOT_OBSERVED = 'its controller has not observed the last change yet';

/** The condition, if it is about the current generation of the object. */
export function currentCondition(object: LiveObject, type: string): Condition | undefined {
  const condition = conditionOf(object, type);
  const observed = condition?.observedGeneration ?? numberAt(object, 'status', 'observedGeneration');
  return isBehind(object, observed) ? undefined : condition;
}

export function isTrue(object: LiveObject, type: string): boolean {
  return currentCondition(object, type)?.status === 'True';
}

/**
 * Waiting while the controller has observed an older generation only.
 * @param always whether controllers of this kind always write observedGeneration: then a status without it is of no generation
 */
export function notObserved(object: LiveObject, { always = false } = {}): State | undefined {
  const observed = numberAt(object, 'status', 'observedGeneration') ?? (always ? 0 : undefined);
  return isBehind(object, observed) ? waiting(NOT_OBSERVED) : undefined;
}

function isBehind({ metadata: { generation = 0 } }: LiveObject, observed = Infinity): boolean {
  return observed < generation;
}

/** A condition as a reason: its message, its reason or its type. */
export function describeCondition({ type, status, reason, message }: Condition): string {
  return firstSentence(message) ?? reason ?? `${type} is ${status}`;
}

/**
 * The first line of a controller's message, without the period at its end; with the next line where the first only announces it, as Helm's
 * `1 error occurred:` does. Undefined for an empty message.
 */
export function firstSentence(text: unknown): string | undefined {
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
