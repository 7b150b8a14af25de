import { existsSync } from 'node:fs';
import { describeSource } from '../constructs/helm/chart-source';
import { ChartLockError, lockedChart, readChartLock } from '../manifests/chart-lock';
import { reviewFile } from '../manifests/review-file';
import { availableVersions } from './charts/available-versions';
import { findingsInReviewFile } from './charts/chart-findings';
import { chartReport, formatReport } from './charts/chart-report';
import { HelmError, HelmNotFound } from './charts/helm';
import { print } from './print';
import { allReleases, type EnvironmentRelease } from './charts/releases';
import { runScript } from './run-script';

const HELP = `npm run charts:check

Reports on the chart of every release: its version, newer ones (patch, minor, major), the Kubernetes versions that it supports, whether it is
deprecated or no longer offered, and what the checks find in the objects of its review file (charts:render). Asks each chart's repository or registry; without a network it reports what the lock file knows, and says so.

Exit code: 0 no problems, 1 a chart is deprecated or withdrawn and an environment that uses it has not acknowledged that, 2 wrong usage.
`;

async function main(): Promise<number> {
  const [argument] = process.argv.slice(2);
  if (argument === '--help' || argument === '-h') return print(process.stdout, HELP, 0);
  if (argument !== undefined) return print(process.stderr, `charts:check takes no argument "${argument}".\n\n${HELP}`, 2);
  try {
    const reports = await reportAll(allReleases());
    process.stdout.write(reports.map(({ text }) => text).join('\n'));
    return reports.some(({ isBad }) => isBad) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof HelmNotFound || error instanceof ChartLockError)) throw error;
    return print(process.stderr, `${error.message}\n`, 1);
  }
}

async function reportAll(releases: readonly EnvironmentRelease[]): Promise<{ text: string; isBad: boolean }[]> {
  const lock = readChartLock();
  const bySource = new Map<string, EnvironmentRelease[]>();
  for (const release of releases) {
    const source = describeSource(release.release.chart);
    bySource.set(source, [...(bySource.get(source) ?? []), release]);
  }
  return Promise.all(
    [...bySource].map(async ([source, users]) => {
      const [{ release } = { release: undefined }] = users;
      if (!release) return { text: '', isBad: false };
      const asked = await ask(release.chart);
      const report = chartReport(release.chart, { locked: lockedChart(lock, source), ...asked });
      return formatReport(report, users, findingsOf(users));
    }),
  );
}

/** What the checks find in the review files of these releases. */
function findingsOf(users: readonly EnvironmentRelease[]): Map<string, readonly string[]> {
  const files = users.map(({ environment, release }) => reviewFile(release.name, environment)).filter((file) => existsSync(file));
  return new Map(files.map((file) => [file, findingsInReviewFile(file)]));
}

async function ask(
  chart: EnvironmentRelease['release']['chart'],
): Promise<{ available: Awaited<ReturnType<typeof availableVersions>>; offline?: string }> {
  try {
    return { available: await availableVersions(chart) };
  } catch (error) {
    if (!(error instanceof HelmError)) throw error;
    return { available: undefined, offline: error.message.split('\n')[0] ?? '' };
  }
}

if (require.main === module) runScript(main);
