import type { Finding } from '../problem';

/** What both Go's time.ParseDuration and Flux' own pattern accept. */
const DURATION = /^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/;

/**
 * A duration as Go writes it: `90s`, `10m`, `1h30m`.
 * The API server does not check it, and one HelmChart with "10 minutes" stops k3s' Helm controller for all of them.
 */
export function duration(value: string): Finding | undefined {
  if (DURATION.test(value)) return undefined;
  return { message: `"${value}" is not a duration as Go writes it.`, remedy: suggestion(value) };
}

function suggestion(value: string): string {
  const [, amount, unit] = /^\s*([0-9]+)\s*(ms(?![a-z])|s|m(?!s|il|on)|h|d)[a-z]*\s*$/i.exec(value) ?? [];
  if (!amount || !unit) return 'Write numbers with their units: "90s", "10m", "1h30m".';
  return `Did you mean "${unit.toLowerCase() === 'd' ? `${Number(amount) * 24}h` : `${amount}${unit.toLowerCase()}`}"?`;
}
