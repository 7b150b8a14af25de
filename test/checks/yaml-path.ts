/** The keys and indexes that lead to a value. */
export type Path = readonly (string | number)[];

/** Every string below a value, and where it is. */
export function strings(value: unknown, path: Path = []): { path: Path; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => strings(below, [...path, Array.isArray(value) ? Number(key) : key]));
}

/** Every map below a value, and the value itself. */
export function maps(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  return [...(Array.isArray(value) ? [] : [value as Record<string, unknown>]), ...Object.values(value).flatMap(maps)];
}

/** A copy with another value in one place. */
export function changed<T>(value: T, path: Path, to: unknown): T {
  const [key, ...rest] = path;
  if (key === undefined) return to as T;
  const below = changed((value as Record<string | number, unknown>)[key], rest, to);
  return (Array.isArray(value) ? value.map((one, at) => (at === key ? below : one)) : { ...value, [key]: below }) as T;
}

/** `spec.rules[0].host` */
export function written(path: Path): string {
  return path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}${text && '.'}${part}`), '');
}
