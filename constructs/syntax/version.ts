import type { Finding } from '../../manifests/finding';

/** https://semver.org, with the leading "v" that some charts use. */
const EXACT = /^v?(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

/** An exact version: what runs must change only when this repository changes. */
export function exactVersion(value: string): Finding | undefined {
  if (EXACT.test(value)) return undefined;
  return {
    message: `must be an exact version; got "${value}".`,
    remedy: 'Set one release, such as "2.73.0": no range and no tag that moves.',
  };
}
