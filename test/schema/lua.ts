interface Fengari {
  readonly lua: Record<string, (...args: readonly unknown[]) => unknown>;
  readonly lauxlib: Record<string, (...args: readonly unknown[]) => unknown>;
  readonly lualib: Record<string, (...args: readonly unknown[]) => unknown>;
  readonly to_luastring: (text: string) => unknown;
  readonly to_jsstring: (text: unknown) => string;
}

// It has no types.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { lua, lauxlib, lualib, to_luastring, to_jsstring } = require('fengari') as Fengari;

/** The `status` that a health script of Argo CD returns for an object, and its message. The script sees `obj`, as in Argo CD. */
export function health(script: string, object: unknown): { readonly status: string; readonly message: string } {
  const state = lauxlib['luaL_newstate']?.();
  lualib['luaL_openlibs']?.(state);
  const program = `local obj = ${literal(object)}\nlocal health = (function()\n${script}\nend)()\nreturn health.status .. "\\n" .. health.message`;
  const failed = lauxlib['luaL_dostring']?.(state, to_luastring(program));
  const result = to_jsstring(lua['lua_tostring']?.(state, -1));
  if (failed) throw new Error(result);
  const [status = '', message = ''] = result.split('\n');
  return { status, message };
}

function literal(value: unknown): string {
  if (value === undefined || value === null) return 'nil';
  if (Array.isArray(value)) return `{ ${value.map(literal).join(', ')} }`;
  if (typeof value !== 'object') return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, inner]) => `[${JSON.stringify(key)}] = ${literal(inner)}`)
    .join(', ')} }`;
}
