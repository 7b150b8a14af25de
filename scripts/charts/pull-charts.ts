import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ChartSource, describeSource } from '../../constructs/helm/chart-source';
import { type ChartArchive, isFinding, openChartArchive } from '../../manifests/chart-archive';
import {
  CHARTS_FOLDER,
  type ChartLock,
  type LockedChart,
  lockedChart,
  readChartLock,
  vendoredFinding,
  writeChartLock,
} from '../../manifests/chart-lock';
import { HelmError } from './helm';
import { pullChart, type PulledChart } from './pull-chart';

export interface PullOptions {
  /** Pull also what is there, to find out whether it was published again with other content. */
  readonly again?: boolean;
  /** Is given a line of progress. */
  readonly report?: (line: string) => void;
}

/** What could not be pulled, and why. */
export interface PullFailure {
  readonly source: string;
  readonly reason: string;
}

/**
 * Makes sure that every chart is in charts/ as the lock file says, and adds what is new. A chart is complete or not there: it is moved into place
 * when it has been read, and the lock file is written after each, so that an interrupted run can be repeated.
 */
export async function pullCharts(
  sources: readonly ChartSource[],
  { again = false, report = () => undefined }: PullOptions = {},
): Promise<PullFailure[]> {
  const unique = [...new Map(sources.map((source) => [describeSource(source), source])).values()];
  const failures: PullFailure[] = [];
  for (const [index, source] of unique.entries()) {
    const name = describeSource(source);
    const label = `[${index + 1}/${unique.length}] ${name}`;
    const lock = readChartLock();
    const known = lockedChart(lock, name);
    if (known && !again && vendoredFinding(known) === undefined) {
      report(`${label}  unchanged`);
      continue;
    }
    report(`${label}  …`);
    try {
      const others = lock.charts.filter((other) => other.source !== name);
      const chart = await vendor(source, known, others);
      writeChartLock(withChart(lock, chart));
      report(`${label}  ${known ? 'verified' : 'added'}: ${chart.file}`);
    } catch (error) {
      if (!(error instanceof HelmError)) throw error;
      failures.push({ source: name, reason: error.message });
      report(`${label}  failed`);
    }
  }
  return failures;
}

async function vendor(source: ChartSource, known: LockedChart | undefined, others: readonly LockedChart[]): Promise<LockedChart> {
  if (source.kind === 'archive') return entryOf(source, opened(source.file), { file: source.file }, known);
  mkdirSync(CHARTS_FOLDER, { recursive: true });
  const folder = mkdtempSync(join(CHARTS_FOLDER, '.pull-'));
  try {
    const pulled = await pullChart(source, folder);
    const archive = opened(pulled.file);
    const target = fileFor(archive, known, others);
    // `helm package` writes the time into the archive: the commit says whether a chart out of git is the same.
    if (source.kind === 'git' && known?.digest === pulled.digest && known !== undefined && vendoredFinding(known) === undefined)
      return known;
    const entry = entryOf(source, archive, { ...pulled, file: target }, source.kind === 'git' ? undefined : known);
    renameSync(pulled.file, target);
    return entry;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Where an archive is kept. Two sources can have another content under one name and version: two tags of a git repository between which the chart's version
 * was not changed, or a mirror.
 */
function fileFor({ sha256, chart }: ChartArchive, known: LockedChart | undefined, others: readonly LockedChart[]): string {
  const path = `${CHARTS_FOLDER}/${chart.name}-${chart.version}`;
  const wanted = known?.file ?? `${path}.tgz`;
  const isTaken = others.some((other) => other.file === wanted && other.sha256 !== sha256);
  return isTaken ? `${path}-${sha256.slice(0, 8)}.tgz` : wanted;
}

function opened(file: string): ChartArchive {
  const archive = openChartArchive(file);
  if (isFinding(archive)) throw new HelmError(`${archive.message} ${archive.remedy}`);
  return archive;
}

function entryOf(
  source: ChartSource,
  { sha256, chart, subcharts }: ChartArchive,
  { file, digest }: PulledChart,
  known: LockedChart | undefined,
): LockedChart {
  const name = describeSource(source);
  if (known && known.sha256 !== sha256) {
    throw new HelmError(
      `${name} was published again with other content: the lock file has sha256 ${known.sha256}, and the source now has ${sha256}.\n` +
        `Find out why. To accept it, delete its entry in the lock file and ${known.file}, and run this again.`,
    );
  }
  return { source: name, file, sha256, ...(digest !== undefined && { digest }), ...chart, subcharts };
}

function withChart(lock: ChartLock, chart: LockedChart): ChartLock {
  return { ...lock, charts: [...lock.charts.filter(({ source }) => source !== chart.source), chart] };
}
