import { exactVersionOf } from '../../manifests/exact-version';
import type { Finding } from '../../manifests/finding';

/** An exact version: what runs must change only when this repository changes. */
export function exactVersion(value: string): Finding | undefined {
  if (exactVersionOf(value) !== undefined) return undefined;
  return {
    message: `must be an exact version; got "${value}".`,
    remedy: 'Set one release, such as "2.73.0": no range and no tag that moves.',
  };
}
