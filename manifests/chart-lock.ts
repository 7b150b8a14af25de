import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isFinding, openChartArchive, type Subchart } from './chart-archive';
import type { Finding } from './finding';
import { fileHash } from './sha256';
import { untilChanged } from './until-changed';

/** Where vendored charts and their lock file are. Both are committed. */
export const CHARTS_FOLDER = 'charts';
export const LOCK_FILE = `${CHARTS_FOLDER}/charts.lock.json`;

/** A vendored chart: what was pulled, from where, and what is in it. */
export interface LockedChart {
  /** The source as one line, as `describeSource` writes it: `https://charts.min.io minio 5.4.0`. It contains no credentials. */
  readonly source: string;
  /** The archive, relative to the repository: `charts/minio-5.4.0.tgz`. */
  readonly file: string;
  /** Of the archive's bytes. */
  readonly sha256: string;
  /** The digest of the OCI manifest, `sha256:…`; the commit of a git tag. */
  readonly digest?: string;
  readonly name: string;
  readonly version: string;
  readonly appVersion?: string;
  readonly kubeVersion?: string;
  readonly deprecated: boolean;
  readonly subcharts: readonly Subchart[];
}

/** What a release was rendered to. */
export interface LockedRendering {
  /** The sha256 of everything that it depends on: archive, values, names, versions. */
  readonly inputs: string;
  /** The sha256 of the objects. */
  readonly output: string;
  /** The version of Helm that rendered them: `v3.21.4`. Another one may render differently. */
  readonly helm: string;
}

/** charts/charts.lock.json */
export interface ChartLock {
  readonly charts: readonly LockedChart[];
  /** By `environment/release`. */
  readonly rendered: Readonly<Record<string, LockedRendering>>;
}

const EMPTY: ChartLock = { charts: [], rendered: {} };

/** The lock file, or an empty one where nothing is vendored yet. Throws a ChartLockError when it is not readable. */
export function readChartLock(file = LOCK_FILE): ChartLock {
  return existsSync(file) ? parsed(file) : EMPTY;
}

const parsed = untilChanged((file): ChartLock => {
  try {
    return { ...EMPTY, ...(JSON.parse(readFileSync(file, 'utf8')) as Partial<ChartLock>) };
  } catch (error) {
    throw new ChartLockError(`${file}: must be JSON; got ${(error as Error).message}. Restore it: git checkout ${file}`);
  }
});

export class ChartLockError extends Error {
  override readonly name = 'ChartLockError';
}

/** Writes the lock file, sorted, so that a pull request shows only what has changed. Replaced in one step: an interrupted run keeps the old one. */
export function writeChartLock({ charts, rendered }: ChartLock, file = LOCK_FILE): void {
  const sorted: ChartLock = {
    charts: [...charts].sort((one, other) => (one.source < other.source ? -1 : 1)),
    rendered: Object.fromEntries(Object.entries(rendered).sort(([one], [other]) => (one < other ? -1 : 1))),
  };
  const partial = `${file}.${process.pid}.partial`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(partial, `${JSON.stringify(sorted, undefined, 2)}\n`);
  renameSync(partial, file);
}

/** The vendored chart of a source, if it was pulled. */
export function lockedChart(lock: ChartLock, source: string): LockedChart | undefined {
  return lock.charts.find((chart) => chart.source === source);
}

/** What is wrong with a vendored archive: it must be exactly what was pulled. Most are, so they are not unpacked. */
export function vendoredFinding({ file, sha256: locked, source }: LockedChart): Finding | undefined {
  if (!existsSync(file)) {
    return { message: `"${file}" does not exist, but ${LOCK_FILE} names it.`, remedy: 'Restore it from git, or run: npm run charts:pull' };
  }
  const found = fileHash(file);
  if (found === locked) return undefined;
  const archive = openChartArchive(file);
  if (isFinding(archive)) return archive;
  return {
    message: `"${file}" must be what was pulled from ${source} (sha256 ${locked}); got ${found}.`,
    remedy: `Restore it: git checkout ${file}`,
  };
}

/** What is wrong with a rendering: the same archive, values and versions must give the same objects on every machine. */
export function renderingFinding(locked: LockedRendering | undefined, { inputs, output, helm }: LockedRendering): Finding | undefined {
  if (locked === undefined || locked.inputs !== inputs || locked.output === output) return undefined;
  const versions = locked.helm === helm ? `Helm ${helm} both times` : `Helm ${locked.helm} then, Helm ${helm} now`;
  return {
    message: `must be rendered to what ${LOCK_FILE} records (sha256 ${locked.output}); got ${output} (${versions}).`,
    remedy: `Use Helm ${locked.helm}; or accept the new output: delete the release's entry under "rendered" in ${LOCK_FILE}.`,
  };
}
