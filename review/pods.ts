import { podTemplateOf, type PodTemplate } from '../manifests/pod-template';
import type { ObjectChange } from './object-change';
import type { RuleFinding } from './rule';

/** What is true of the pods of an object now and was not before; all of it, when the object was added. */
export function gainedInPods(changes: readonly ObjectChange[], facts: (template: PodTemplate) => string[]): RuleFinding[] {
  return changes.flatMap((change) => {
    const [old, next] = [change.before, change.after].map((object) => object && podTemplateOf(object.manifest));
    if (!next) return [];
    const known = new Set(old ? facts(old) : []);
    return [...new Set(facts(next))].filter((fact) => !known.has(fact)).map((message) => ({ change, field: next.field, message }));
  });
}
