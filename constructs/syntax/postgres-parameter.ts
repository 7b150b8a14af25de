import type { Finding } from '../../manifests/finding';

/** https://www.postgresql.org/docs/current/config-setting.html: these units, in exactly this spelling, each 1024 of the one before. */
const MEMORY_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** A parameter of postgresql.conf whose value has a unit of memory: `256MB`. Kubernetes' units are not PostgreSQL's. */
export function postgresParameter(value: string | number): Finding | undefined {
  const [, amount = '', unit = ''] = /^\s*([0-9.]+)\s*([kmgt]i?b?)\s*$/i.exec(String(value)) ?? [];
  if (unit === '' || MEMORY_UNITS.includes(unit)) return undefined;
  const right = MEMORY_UNITS.find((known) => known.charAt(0).toLowerCase() === unit.charAt(0).toLowerCase());
  return {
    message: `must have a unit of PostgreSQL (${MEMORY_UNITS.join(', ')}); got "${value}".`,
    remedy: `Did you mean "${amount}${right ?? 'MB'}"?`,
  };
}
