import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type * as tar from 'tar';
import { isMap, valueAt } from './fields';
import type { Finding } from './finding';
import { parseYaml } from './parse-yaml';
import { sha256 } from './sha256';
import { untilChanged } from './until-changed';

/** The facts of a Chart.yaml. https://helm.sh/docs/topics/charts/#the-chartyaml-file */
export interface ChartMetadata {
  readonly name: string;
  readonly version: string;
  readonly appVersion?: string;
  /** The Kubernetes versions that the chart supports, as a range of semantic versions: `>=1.25.0-0`. */
  readonly kubeVersion?: string;
  readonly deprecated: boolean;
}

/** A chart inside another one, in its folder `charts/`. */
export interface Subchart {
  readonly name: string;
  readonly version: string;
  /** Of its files' paths and contents, so that packing it again does not change it. */
  readonly sha256: string;
}

/** A packaged chart. */
export interface ChartArchive {
  /** Of the bytes of the .tgz file. */
  readonly sha256: string;
  readonly chart: ChartMetadata;
  /** Sorted by name. */
  readonly subcharts: readonly Subchart[];
  /** The files by their path below the chart's folder: `Chart.yaml`, `templates/service.yaml`, `charts/redis/Chart.yaml`. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** What `helm package` and `helm pull` write begins with these bytes: https://www.rfc-editor.org/rfc/rfc1952#section-2.3.1 */
const GZIP = Buffer.from([0x1f, 0x8b]);
const LFS_POINTER = 'version https://git-lfs.github.com/spec/';

/** Reads a .tgz file, or says why it is not a packaged chart. */
export const openChartArchive = untilChanged((file: string): ChartArchive | Finding => {
  const content = contentOf(file);
  if (!Buffer.isBuffer(content)) return content;
  const files = filesOf(file, content);
  if (!(files instanceof Map)) return files;
  const chart = metadataOf(files.get('Chart.yaml'));
  if (chart === undefined) {
    return { message: `"${file}" has no Chart.yaml with a name and a version.`, remedy: 'Package the chart again: helm package CHART' };
  }
  return { sha256: sha256(content), chart, subcharts: subchartsOf(files), files };
});

/** The facts of a packaged chart in memory, as a HelmChart contains one; undefined if it is not a packaged chart. */
export function chartMetadataOf(content: Buffer): ChartMetadata | undefined {
  const files = filesOf('', content);
  return files instanceof Map ? metadataOf(files.get('Chart.yaml')) : undefined;
}

export function isFinding(archive: ChartArchive | Finding): archive is Finding {
  return 'message' in archive;
}

function contentOf(file: string): Buffer | Finding {
  const state = statSync(file, { throwIfNoEntry: false });
  if (!state) return { message: `"${file}" does not exist.`, remedy: 'Name a .tgz file, relative to the folder that synth runs in.' };
  if (state.isDirectory()) return { message: `"${file}" is a folder.`, remedy: `Package it: helm package ${file}` };
  const content = readFileSync(file);
  if (content.length === 0) return { message: `"${file}" is empty.`, remedy: 'Download or package the chart again.' };
  if (content.subarray(0, GZIP.length).equals(GZIP)) return content;
  const start = content.subarray(0, 1000).toString('utf8').trimStart();
  if (start.startsWith(LFS_POINTER)) return { message: `"${file}" is a Git LFS pointer.`, remedy: 'Fetch its content: git lfs pull' };
  if (/^<(!doctype|html|\?xml)/i.test(start)) {
    return {
      message: `"${file}" is a web page, not a packaged chart.`,
      remedy: 'Download the chart again, from the address in index.yaml.',
    };
  }
  return { message: `"${file}" is not a packaged chart (.tgz).`, remedy: 'Name the file that `helm package` or `helm pull` wrote.' };
}

function filesOf(file: string, content: Buffer): Map<string, Buffer> | Finding {
  try {
    // All files are in one folder, which has the chart's name.
    return new Map([...filesWithSubcharts(content)].map(([path, bytes]) => [path.slice(path.indexOf('/') + 1), bytes]));
  } catch (error) {
    const [reason] = String((error as Error).message).split('\n');
    return { message: `"${file}" is corrupt (${content.length} bytes: ${reason}).`, remedy: 'Download or package the chart again.' };
  }
}

/** Subcharts are folders in `charts/`, or packaged charts, as Helm reads both. */
function filesWithSubcharts(content: Buffer): Map<string, Buffer> {
  return new Map(
    [...unpack(content)].flatMap(([path, bytes]): [string, Buffer][] => {
      const [, folder] = /^([^/]+\/charts\/)[^/]+\.tgz$/.exec(path) ?? [];
      if (folder === undefined) return [[path, bytes]];
      return [...filesWithSubcharts(bytes)].map(([inner, content]) => [`${folder}${inner}`, content]);
    }),
  );
}

function unpack(content: Buffer): Map<string, Buffer> {
  // Loaded here, because most environments have no archive and loading it takes longer than a rule.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { Parser } = require('tar') as typeof tar;
  const files = new Map<string, Buffer>();
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry) => {
      const chunks: Buffer[] = [];
      entry.on('data', (chunk: Buffer) => chunks.push(chunk));
      entry.on('end', () => {
        if (entry.type === 'File' || entry.type === 'OldFile' || entry.type === 'ContiguousFile')
          files.set(entry.path.replace(/^\.\//, ''), Buffer.concat(chunks));
      });
    },
  });
  parser.end(content);
  return files;
}

function metadataOf(content: Buffer | undefined): ChartMetadata | undefined {
  if (content === undefined) return undefined;
  try {
    const chart: unknown = parseYaml(content.toString('utf8'));
    if (!isMap(chart)) return undefined;
    const [name, version, appVersion, kubeVersion] = ['name', 'version', 'appVersion', 'kubeVersion'].map((key) => {
      const value = valueAt(chart, key);
      return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
    });
    if (!name || !version) return undefined;
    return {
      name,
      version,
      ...(appVersion && { appVersion }),
      ...(kubeVersion && { kubeVersion }),
      deprecated: chart['deprecated'] === true,
    };
  } catch {
    return undefined;
  }
}

/** Subcharts of subcharts are part of theirs. */
function subchartsOf(files: ReadonlyMap<string, Buffer>): Subchart[] {
  const folders = new Map<string, [string, Buffer][]>();
  for (const [path, bytes] of files) {
    const [, folder = ''] = /^charts\/([^/]+)\//.exec(path) ?? [];
    if (folder !== '') folders.set(folder, [...(folders.get(folder) ?? []), [path.slice(`charts/${folder}/`.length), bytes]]);
  }
  return [...folders.values()]
    .flatMap((entries): Subchart[] => {
      const chart = metadataOf(entries.find(([path]) => path === 'Chart.yaml')?.[1]);
      if (chart === undefined) return [];
      const hash = createHash('sha256');
      for (const [path, bytes] of entries.sort(([one], [other]) => (one < other ? -1 : 1))) {
        hash.update(`${path}\0${bytes.length}\0`).update(bytes);
      }
      return [{ name: chart.name, version: chart.version, sha256: hash.digest('hex') }];
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}
