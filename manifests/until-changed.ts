import { statSync } from 'node:fs';
import { resolve } from 'node:path';

/** What is read from a file, read once until the file changes: every environment and every release asks for the same ones. */
export function untilChanged<T>(read: (file: string) => T): (file: string) => T {
  const known = new Map<string, { readonly version: string; readonly value: T }>();
  return (file) => {
    const state = statSync(file, { throwIfNoEntry: false, bigint: true });
    if (state === undefined) return read(file);
    const version = `${state.ino} ${state.size} ${state.mtimeNs} ${state.ctimeNs}`;
    const path = resolve(file);
    const found = known.get(path);
    if (found?.version === version) return found.value;
    const value = read(file);
    known.set(path, { version, value });
    return value;
  };
}
