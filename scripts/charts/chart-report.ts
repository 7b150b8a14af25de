import { compare, diff, gt, parse, prerelease } from 'semver';
import { type ChartSource, describeSource } from '../../constructs/helm/chart-source';
import type { ChartRule } from '../../checks/acknowledgement';
import type { LockedChart } from '../../manifests/chart-lock';
import type { AvailableVersion } from './available-versions';
import type { EnvironmentRelease } from './releases';

/** What is known of a release's chart. */
export interface ChartReport {
  readonly source: string;
  /** Facts, in the order in which they are printed: `newest patch: 2.73.1`. */
  readonly lines: readonly string[];
  /** Reasons not to continue with this chart. */
  readonly problems: readonly ChartProblem[];
}

export interface ChartProblem {
  /** What an acknowledgement calls it. */
  readonly rule: ChartRule;
  readonly message: string;
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
  const isWithdrawn = available !== undefined && current === undefined && version !== undefined;
  const problems: ChartProblem[] = [
    ...(isDeprecated ? [{ rule: 'deprecated-chart', message: 'is deprecated by its authors' } as const] : []),
    ...(isWithdrawn ? [{ rule: 'withdrawn-chart', message: `version ${version} is no longer offered by its source` } as const] : []),
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

/**
 * A report as text, and whether it has a problem that an environment which uses the chart has not acknowledged. `findings` are those of the chart's
 * objects, by the review file that contains them.
 */
export function formatReport(
  { source, lines, problems }: ChartReport,
  users: readonly EnvironmentRelease[],
  findings: ReadonlyMap<string, readonly string[]> = new Map(),
): { text: string; isBad: boolean } {
  const names = users.map(({ environment, release }) => `${environment}/${release.name}`).join(', ');
  const found = problems.map(({ rule, message }) => {
    const reasons = users.map(({ acknowledged }) => acknowledged.find((each) => each.rule === rule)?.reason);
    return reasons.includes(undefined)
      ? { isBad: true, line: `PROBLEM: ${message} (${rule})` }
      : { isBad: false, line: `acknowledged: ${message}: ${[...new Set(reasons)].join(' ')}` };
  });
  const inObjects = [...findings].flatMap(([file, all]) => [
    `the chart's objects (${file}): ${all.length === 0 ? 'nothing found' : ''}`.trimEnd(),
    ...all.map((finding) => `  ${finding}`),
  ]);
  const text = [...lines, ...found.map(({ line }) => line), ...inObjects].map((line) => `  ${line}\n`).join('');
  return { text: `${source}  (${names})\n${text}`, isBad: found.some(({ isBad }) => isBad) };
}
