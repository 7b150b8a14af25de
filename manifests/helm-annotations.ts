import { isMap, valueAt } from './fields';
import { itemsOf } from './list-items';
import type { Manifest } from './manifest';

/** https://helm.sh/docs/topics/charts_hooks/ */
export const HOOK = 'helm.sh/hook';

/** https://helm.sh/docs/howto/charts_tips_and_tricks/#tell-helm-not-to-uninstall-a-resource */
export const RESOURCE_POLICY = 'helm.sh/resource-policy';

/** Whether Helm keeps an object when it uninstalls the release. It ignores case and spaces in the value. */
export function isKept({ metadata }: Manifest): boolean {
  const policy: unknown = metadata.annotations?.[RESOURCE_POLICY];
  return typeof policy === 'string' && policy.trim().toLowerCase() === 'keep';
}

/**
 * The items of a document of a chart, with one of Helm's annotations as Helm reads it: at the document. So an item of a list has that of the list, and
 * its own does not count.
 */
export function itemsWithAnnotation(document: unknown, annotation: string): unknown[] {
  const ofList = annotationOf(document, annotation);
  return itemsOf(document).map((item) => (item === document ? item : withAnnotation(item, annotation, ofList)));
}

/** An object with another value of an annotation; without it for undefined. */
export function withAnnotation(object: unknown, annotation: string, value: unknown): unknown {
  if (!isMap(object) || annotationOf(object, annotation) === value) return object;
  const { metadata } = object;
  const others = Object.entries(valueAt(metadata, 'annotations') ?? {}).filter(([name]) => name !== annotation);
  const annotations = Object.fromEntries(value === undefined ? others : [...others, [annotation, value]]);
  return { ...object, metadata: { ...(isMap(metadata) && metadata), annotations } };
}

export function annotationOf(object: unknown, annotation: string): unknown {
  return valueAt(object, 'metadata', 'annotations', annotation);
}
