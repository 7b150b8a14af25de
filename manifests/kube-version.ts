import { intersects, satisfies, validRange } from 'semver';

/** The oldest Kubernetes that the platform supports: docs/requirements.md. */
export const OLDEST_KUBERNETES = '1.30';

/** Whether a chart with this `kubeVersion` supports a version of Kubernetes. Undefined: Helm reads it in a way that cannot be followed here. */
export function supports(kubeVersion: string, version: string): boolean | undefined {
  const range = rangeOf(kubeVersion);
  return range === undefined ? undefined : satisfies(version, range, { includePrerelease: true, loose: true });
}

/** Whether it supports any version of Kubernetes from this one on. */
export function supportsFrom(kubeVersion: string, oldest: string): boolean | undefined {
  const range = rangeOf(kubeVersion);
  return range === undefined ? undefined : intersects(range, `>=${oldest}.0-0`, { includePrerelease: true, loose: true });
}

/** Helm also separates conditions by commas. https://github.com/Masterminds/semver#basic-comparisons */
function rangeOf(kubeVersion: string): string | undefined {
  return validRange(kubeVersion.replaceAll(',', ' '), { loose: true }) ?? undefined;
}
