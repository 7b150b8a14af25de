import { compare, diff, gt, parse, prerelease } from 'semver';
import { type ChartSource, describeSource } from '../../constructs/helm/chart-source';
import type { LockedChart } from '../../manifests/chart-lock';
import type { AvailableVersion } from './available-versions';

/** What is known of a release's chart. */
export interface ChartReport {
  readonly source: string;
  /** Facts, in the order in which they are printed: `newest patch: 2.73.1`. */
  readonly lines: readonly string[];
  /** Reasons not to go on with this chart. */
  readonly problems: readonly string[];
}

export interface Known {
  readonly locked: LockedChart | undefined;
  /** Left out when the source was not asked, or has no list. */
  readonly available: readonly AvailableVersion[] | undefined;
  /** Why the source could not be asked. */
  readonly offline?: string;
}

/** The four questions of docs/choosing.md, as far as a program can answer them. */
export function chartReport(source: ChartSource, { locked, available, offline }: Known): ChartReport {
  const version = versionOf(source) ?? locked?.version;
  const current = available?.find((candidate) => candidate.version === version);
  const isDeprecated = current?.deprecated ?? locked?.deprecated;
  const newer = version === undefined ? [] : newest(version, available ?? []);
  const lines = [
    `version: ${version ?? 'unknown until it is vendored'}`,
    ...(locked?.appVersion === undefined ? [] : [`app version: ${locked.appVersion}`]),
    ...(locked?.kubeVersion === undefined ? [] : [`needs Kubernetes: ${locked.kubeVersion}`]),
    locked ? `vendored: ${locked.file}` : 'not vendored: npm run charts:pull',
    ...newer,
    ...(available && newer.length === 0 ? ['no newer version'] : []),
    ...(offline === undefined ? [] : [`offline: ${offline}`]),
  ];
  const problems = [
    ...(isDeprecated ? ['is deprecated by its authors'] : []),
    ...(available && current === undefined && version !== undefined ? [`version ${version} is no longer offered by its source`] : []),
  ];
  return { source: describeSource(source), lines, problems };
}

function versionOf(source: ChartSource): string | undefined {
  return source.kind === 'repository' || source.kind === 'oci' ? source.version : undefined;
}

/** The newest patch, minor and major version above the current one. Prereleases are not offered. */
function newest(version: string, available: readonly AvailableVersion[]): string[] {
  const current = parse(version, { loose: true });
  if (!current) return [];
  const newer = available
    .filter(({ version: candidate, deprecated }) => {
      const parsed = parse(candidate, { loose: true });
      return parsed !== null && deprecated !== true && !prerelease(parsed, { loose: true }) && gt(parsed, current);
    })
    .map(({ version: candidate }) => candidate)
    .sort((one, other) => compare(other, one, { loose: true }));
  return (['patch', 'minor', 'major'] as const).flatMap((step) => {
    const found = newer.find((candidate) => diff(current, parse(candidate, { loose: true }) ?? current) === step);
    return found === undefined ? [] : [`newest ${step}: ${found}`];
  });
}
