import { valid } from 'semver';

/**
 * A version of a chart that is exactly one version, as Helm compares it: three numbers, without a `v` in front and without the build behind a
 * `+`. Undefined for ranges (`^1.2.3`), and for versions that leave a number out. https://semver.org
 */
export function exactVersionOf(version: string): string | undefined {
  // semver also accepts spaces and an equals sign in front, which are part of a range in Helm.
  return /^v?\d\S*$/.test(version) ? (valid(version) ?? undefined) : undefined;
}
