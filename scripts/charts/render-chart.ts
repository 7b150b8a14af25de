import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describeSource } from '../../constructs/helm/chart-source';
import type { Release } from '../../constructs/helm/delivery';
import { asManifests } from '../../constructs/helm/rendering/as-manifests';
import { renderTwice } from '../../constructs/helm/rendering/render';
import type { RenderedObject } from '../../constructs/helm/rendering/rendered-object';
import { reviewInputsOf } from '../../constructs/helm/review-file';
import { lockedChart, readChartLock, vendoredFinding } from '../../manifests/chart-lock';
import { isMap, valueAt } from '../../manifests/fields';
import { toYaml } from '../../manifests/yaml';
import { formatReviewHeader, madeObjects, reviewFile } from '../../manifests/review-file';
import { HelmError } from './helm';
import type { EnvironmentRelease } from './releases';

/** In place of what a chart makes up each time, and of what is in a Secret. */
const VARIES = '(differs each time)';
const SECRET = '(secret)';

/** After `generateName`, in place of what the API server makes up: a review compares objects by name. */
const GENERATED = '(generated)';

export interface ReviewFile {
  readonly file: string;
  /** Helm's own, about the chart and the values. */
  readonly warnings: readonly string[];
}

/**
 * Writes what a release's vendored chart makes of its values, for reviews: this file is not applied.
 *
 * Hooks are in it, because they run. What differs from one rendering to the next is left out, so that a diff shows changes only, and so is the content
 * of Secrets.
 */
export function renderForReview({ environment, release }: EnvironmentRelease, kubeVersion: string): ReviewFile {
  const { name, namespace, chart, values } = release;
  const [first, second, warnings] = renderTwice({ file: vendoredChart(release), name, namespace, values, kubeVersion, apiVersions: [] });
  const makes = madeObjects(asManifests(first, namespace).map(({ manifest }) => manifest));
  const header = formatReviewHeader(
    `# ${environment}/${name}: ${describeSource(chart)}, for Kubernetes ${kubeVersion}\n` +
      `# What the chart renders from the environment's values. For reviews: this file is not applied. Written by \`npm run charts:render\`.`,
    { inputs: reviewInputsOf(release), makes },
  );
  const file = reviewFile(name, environment);
  write(file, header + documents(first, second));
  return { file, warnings };
}

/** The archive of a release's chart, which must be what was pulled. */
export function vendoredChart({ name, chart }: Release): string {
  const locked = lockedChart(readChartLock(), describeSource(chart));
  const file = chart.kind === 'archive' ? chart.file : locked?.file;
  if (file === undefined) throw new HelmError(`${describeSource(chart)} is not vendored. Run: npm run charts:pull -- ${name}`);
  const finding = locked && vendoredFinding(locked);
  if (finding) throw new HelmError(`${finding.message} ${finding.remedy}`);
  return file;
}

function documents(first: readonly RenderedObject[], second: readonly RenderedObject[]): string {
  const texts = first.map(({ template, manifest }, index) => {
    const stable = withName(withoutDifferences(manifest, second[index]?.manifest));
    return `---\n# ${template}\n${toYaml(manifest.kind === 'Secret' ? withoutData(stable) : stable)}`;
  });
  return texts.join('');
}

function withoutDifferences(one: unknown, other: unknown): unknown {
  if (isDeepStrictEqual(one, other)) return one;
  if (isMap(one) && isMap(other)) return Object.fromEntries(Object.keys(one).map((key) => [key, withoutDifferences(one[key], other[key])]));
  if (Array.isArray(one) && Array.isArray(other)) return one.map((item, index) => withoutDifferences(item, other[index]));
  return VARIES;
}

function withName(object: unknown): unknown {
  const generated = valueAt(object, 'metadata', 'generateName');
  if (!isMap(object) || typeof generated !== 'string' || valueAt(object, 'metadata', 'name') !== undefined) return object;
  return { ...object, metadata: { ...(object['metadata'] as object), name: `${generated}${GENERATED}` } };
}

function withoutData(secret: unknown): unknown {
  if (!isMap(secret)) return secret;
  const masked = (['data', 'stringData'] as const).flatMap((field) => {
    const data = secret[field];
    return isMap(data) ? [[field, Object.fromEntries(Object.keys(data).map((key) => [key, SECRET]))] as const] : [];
  });
  return { ...secret, ...Object.fromEntries(masked) };
}

function write(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}.partial`, content);
  renameSync(`${file}.${process.pid}.partial`, file);
}
