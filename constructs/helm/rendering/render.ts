import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isFinding, openChartArchive } from '../../../manifests/chart-archive';
import type { Finding } from '../../../manifests/finding';
import { fileHash, sha256 } from '../../../manifests/sha256';
import { asManifests } from './as-manifests';
import { determinismFindings, generatedNameFindings, hookFindings, kubeVersionFinding } from './gates';
import { helmTemplate, helmVersion, type Rendering } from './helm-template';
import { lookupFindings } from './lookups';
import { type RenderedObject, renderedObjects } from './rendered-object';

/** What a chart was rendered to, or why it cannot be. */
export interface Rendered {
  /** Of everything that the output depends on: archive, values, names, versions. */
  readonly inputs: string;
  /** Of the objects. */
  readonly output: string;
  /** The version of Helm that rendered them. */
  readonly helm: string;
  /** `minio 5.4.0` */
  readonly chart: string;
  readonly objects: readonly RenderedObject[];
  readonly findings: readonly Finding[];
  /** Helm's own. */
  readonly warnings: readonly string[];
}

/** Changes with what this folder makes of Helm's output. */
const FORMAT = 3;

/** The two time zones that are furthest apart: their dates differ at any time. */
const TIME_ZONES = ['Etc/GMT+12', 'Etc/GMT-14'] as const;

/**
 * Renders a chart, twice. A rendering is kept below node_modules by its inputs: an unchanged synthesis starts no Helm. A rendering with findings is
 * not kept. Undefined if the file is not a packaged chart.
 */
export function render(rendering: Rendering): Rendered | undefined {
  const inputs = hashOf([FORMAT, fileHash(rendering.file), { ...rendering, file: '' }]);
  const known = cached(inputs);
  if (known) return known;
  const archive = openChartArchive(rendering.file);
  if (isFinding(archive)) return undefined;
  const chart = `${archive.chart.name} ${archive.chart.version}`;
  const unsupported = kubeVersionFinding(archive, rendering.kubeVersion);
  if (unsupported) return { inputs, output: '', helm: '', chart, objects: [], findings: [unsupported], warnings: [] };
  const helm = helmVersion();
  const [first, second, warnings] = renderTwice(rendering);
  const objects = asManifests(first, rendering.namespace);
  const findings = [
    ...determinismFindings(first, second),
    ...hookFindings(first),
    ...generatedNameFindings(first),
    ...lookupFindings(rendering, archive),
  ];
  const rendered = { inputs, output: hashOf(objects), helm, chart, objects, findings, warnings };
  if (findings.length === 0) keep(rendered);
  return rendered;
}

/** Two renderings that differ in everything that a template makes up, in another second and on another date, and what Helm warned of. */
export function renderTwice(
  rendering: Rendering,
): readonly [first: readonly RenderedObject[], second: readonly RenderedObject[], warnings: readonly string[]] {
  const { objects, warnings } = helmTemplate(rendering, TIME_ZONES[0]);
  const first = renderedObjects(objects);
  // Templates can see the time in seconds.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000 - (Date.now() % 1000));
  const { objects: other } = helmTemplate(rendering, TIME_ZONES[1]);
  return [first, other === objects ? first : renderedObjects(other), warnings];
}

function hashOf(value: unknown): string {
  return sha256(JSON.stringify(value));
}

function cacheFile(inputs: string): string {
  return join(__dirname, '..', '..', '..', 'node_modules', '.cache', 'rendered', `${inputs}.json`);
}

function cached(inputs: string): Rendered | undefined {
  try {
    const rendered = JSON.parse(readFileSync(cacheFile(inputs), 'utf8')) as Rendered;
    return rendered.output === hashOf(rendered.objects) ? rendered : undefined;
  } catch {
    return undefined; // not rendered yet, or half of it
  }
}

function keep(rendered: Rendered): void {
  const file = cacheFile(rendered.inputs);
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(rendered));
    renameSync(`${file}.${process.pid}`, file);
  } catch {
    // Where nothing can be kept, the next synthesis renders again.
  }
}
