import type { Finding } from '../../manifests/finding';

/** https://semver.org, with the "v" that some charts put in front. */
const EXACT = /^v?(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

/** One version and no other: what runs may not change while nothing in this repository does. */
export function exactVersion(value: string): Finding | undefined {
  if (EXACT.test(value)) return undefined;
  return {
    message: `"${value}" is not an exact version.`,
    remedy: 'Name one release, such as "2.73.0": no range, no tag that moves, nothing left out.',
  };
}
