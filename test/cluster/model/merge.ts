/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The result of a server-side apply: the applied fields are set, and fields that were applied before and are no longer are removed. Lists are atomic. */
export function applied(live: unknown, before: unknown, now: unknown): unknown {
  if (!isFields(now)) return now;
  const result: Record<string, unknown> = isFields(live) ? { ...live } : {};
  const earlier = isFields(before) ? before : {};
  for (const name of Object.keys(earlier)) {
    if (name in now) continue;
    const left = without(result[name], earlier[name]);
    if (left === undefined) Reflect.deleteProperty(result, name);
    else result[name] = left;
  }
  for (const [name, value] of Object.entries(now)) result[name] = applied(result[name], earlier[name], value);
  return result;
}

function without(live: unknown, before: unknown): unknown {
  if (!isFields(live) || !isFields(before)) return undefined;
  const result: Record<string, unknown> = { ...live };
  for (const [name, value] of Object.entries(before)) {
    const left = without(result[name], value);
    if (left === undefined) Reflect.deleteProperty(result, name);
    else result[name] = left;
  }
  return Object.keys(result).length === 0 ? undefined : result;
}

/** A JSON merge patch. https://www.rfc-editor.org/rfc/rfc7386 */
export function patched(live: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const result: Record<string, unknown> = isFields(live) ? { ...live } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(result, name);
    else result[name] = patched(result[name], value);
  }
  return result;
}
