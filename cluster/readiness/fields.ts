import { valueAt } from '../../manifests/fields';

export function numberAt(value: unknown, ...keys: readonly string[]): number | undefined {
  const found = valueAt(value, ...keys);
  return typeof found === 'number' ? found : undefined;
}

export function textAt(value: unknown, ...keys: readonly string[]): string | undefined {
  const found = valueAt(value, ...keys);
  return typeof found === 'string' ? found : undefined;
}

/** A count in a status: controllers omit zeros. */
export function countAt(value: unknown, ...keys: readonly string[]): number {
  return numberAt(value, ...keys) ?? 0;
}
