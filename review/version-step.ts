import { coerce, compare } from 'semver';

/** What a step from one version to another is, if it is more than a minor one: ` (major)`, ` (downgrade)`. */
export function stepBetween(from: string | undefined, to: string | undefined): string {
  const [old, next] = [from, to].map((version) => coerce(version?.replace(/^.*:(?=[^:]*$)/, '').replace(/@.*$/, '')));
  if (!old || !next) return '';
  if (compare(next, old) < 0) return ' (downgrade)';
  return next.major > old.major ? ' (major)' : '';
}
