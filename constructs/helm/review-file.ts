import type { Construct } from 'constructs';
import { lockedChart, readChartLock } from '../../manifests/chart-lock';
import type { Contract } from '../../manifests/contract';
import { isSameObject } from '../../manifests/custom-resource-definition';
import { formatReference, type Reference } from '../../manifests/reference';
import { readReviewHeader, reviewFile, type ReviewHeader, reviewInputs } from '../../manifests/review-file';
import { fileHash } from '../../manifests/sha256';
import { environmentNameOf } from '../environment-name';
import { report, warn } from '../problem';
import { describeSource } from './chart-source';
import type { Release } from './delivery';

/** The sha256 of what a release's review file depends on. */
export function reviewInputsOf({ chart, name, namespace, values }: Omit<Release, 'contract'>): string {
  const source = describeSource(chart);
  const archive = lockedChart(readChartLock(), source)?.sha256 ?? (chart.kind === 'archive' ? fileHash(chart.file) : undefined);
  return reviewInputs({ source, archive, name, namespace, values });
}

/**
 * What a release makes: the CRDs and Services of its review file, if it has one, and what is written by hand. A file of another version or of other
 * values is a problem, because a reviewer would take it for what is installed.
 */
export function madeBy(
  scope: Construct,
  release: Omit<Release, 'contract'>,
  { makes: written, operates = [] }: Pick<Contract, 'makes' | 'operates'>,
): readonly Reference[] | undefined {
  const environment = environmentNameOf(scope);
  const file = environment === undefined ? '' : reviewFile(release.name, environment);
  const header = environment === undefined ? undefined : readReviewHeader(file);
  if (!header) return written;
  if (header.inputs !== reviewInputsOf(release)) {
    report(scope, 'chart', {
      message: `${file} must be what this version of the chart renders from these values; it was written for others.`,
      remedy: `Run: npm run charts:render -- ${release.name}`,
    });
    return written;
  }
  const own = written ?? [];
  warnAboutMissing(scope, file, header, own);
  // CRDs that it operates are objects of dist: every delivery skips the chart's.
  const known = [...own, ...operates];
  return [...own, ...header.makes.filter((made) => !known.some((other) => isSameObject(made, other)))];
}

function warnAboutMissing(scope: Construct, file: string, { makes }: ReviewHeader, written: readonly Reference[]): void {
  for (const reference of written.filter(({ kind }) => makes.some((made) => made.kind === kind))) {
    const rendered = makes.find((made) => isSameObject(made, reference));
    const missing = (reference.keys ?? []).filter((key) => rendered?.keys && !rendered.keys.includes(key));
    if (rendered && missing.length === 0) continue;
    const what = rendered
      ? `${formatReference({ ...rendered, keys: [] })} with ${missing.join(', ')}`
      : formatReference({ ...reference, keys: [] });
    warn(scope, 'makes', {
      message: `should be what the chart renders: ${file} has no ${what}.`,
      remedy: 'Correct it, unless the program that the chart installs creates it.',
    });
  }
}
