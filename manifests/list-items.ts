import { isMap, listOf } from './fields';

/**
 * The items of a `List` or `ConfigMapList`, also of lists in it, as kubectl and Helm read them: an item without a kind has that of the list. Any other
 * document is its own only item.
 */
export function itemsOf(document: unknown): unknown[] {
  if (!isMap(document)) return [document];
  const { apiVersion, kind, items } = document;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !(kind === 'List' || Array.isArray(items))) return [document];
  return listOf(items)
    .map((item) => (isMap(item) && item['kind'] === undefined ? { apiVersion, kind: kind.slice(0, -'List'.length), ...item } : item))
    .flatMap(itemsOf);
}
