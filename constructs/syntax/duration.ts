import type { Finding } from '../../manifests/finding';

/** What both Go's time.ParseDuration and Flux' own pattern accept. */
const DURATION = /^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/;

/**
 * A duration as Go writes it: `90s`, `10m`, `1h30m`.
 * The API server does not check it, and one HelmChart with "10 minutes" stops k3s' Helm controller for all of them.
 */
export function duration(value: string): Finding | undefined {
  if (DURATION.test(value)) return isInBounds(value) ? undefined : outOfBounds(value);
  return { message: `must be a Go duration; got "${value}".`, remedy: suggestion(value) };
}

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Go stores nanoseconds in 64 bits, and fails to parse more. Helm and Flux give up at once on less than a second. */
const LONGEST_HOURS = 2_562_047;

function isInBounds(value: string): boolean {
  const total = milliseconds(value);
  return total >= 1000 && total <= LONGEST_HOURS * 3_600_000;
}

function outOfBounds(value: string): Finding {
  return { message: `must be from 1s to ${LONGEST_HOURS}h; got "${value}".`, remedy: 'Write a duration such as "15m".' };
}

function milliseconds(value: string): number {
  const parts = [...value.matchAll(/([0-9.]+)(ms|s|m|h)/g)];
  return Math.round(parts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (MILLISECONDS[unit] ?? 0), 0));
}

/** A duration as Go prints it, which has one way for each, to the millisecond: `15m` is `15m0s`, and `90s` is `1m30s`. */
export function asGoPrints(value: string): string {
  const total = milliseconds(value);
  if (total > 0 && total < 1000) return `${total}ms`;
  const [hours, minutes, seconds] = [Math.floor(total / 3_600_000), Math.floor(total / 60_000) % 60, (total % 60_000) / 1000];
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

function suggestion(value: string): string {
  const [, amount, unit] = /^\s*([0-9]+)\s*(ms(?![a-z])|s|m(?!s|il|on)|h|d)[a-z]*\s*$/i.exec(value) ?? [];
  const better = unit?.toLowerCase() === 'd' ? `${Number(amount) * 24}h` : `${amount}${unit?.toLowerCase()}`;
  return isInBounds(better) ? `Did you mean "${better}"?` : 'Write numbers with their units: "90s", "10m", "1h30m".';
}
