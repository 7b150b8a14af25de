import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ChartArchive } from '../../../manifests/chart-archive';
import type { Finding } from '../../../manifests/finding';
import { OTHER_DELIVERIES } from './gates';
import { HelmError, helmTemplate, type Rendering } from './helm-template';

/**
 * `lookup` reads the cluster, which is not there when a chart is rendered: it finds nothing, and the template goes another way. Many charts contain
 * one that these values do not reach, so the chart is rendered with a function in its place that fails.
 */
export function lookupFindings(rendering: Rendering, { files }: ChartArchive): Finding[] {
  const failing = withFailingLookup(files);
  return failing === undefined ? [] : templatesThatFail(rendering, failing).map(findingAbout);
}

function findingAbout(template: string): Finding {
  return {
    message: `${template}: reads objects of the cluster (lookup), which a rendered chart cannot do.`,
    remedy: `Set the value that it looks for. ${OTHER_DELIVERIES}`,
  };
}

const ACTION = /\{\{[\s\S]*?\}\}/g;
const LOOKUP = /(?<=[\s(|{-])lookup(?=\s)/g;

/** A template's path below the chart's folder, as Helm names it: `gates/templates/lookup.yaml`. */
const PATH = /[^\s/(]+\/((?:charts\/[^\s/]+\/)*templates\/[^\s:)]+)/;

/** `fail` has one argument and `lookup` has four, which Go's templates notice when the function is called, not before. */
const WRONG_CALL = /wrong number of args for fail/;

/** The chart's files with `fail` for `lookup`; undefined if no template has one. */
function withFailingLookup(files: ReadonlyMap<string, Buffer>): Map<string, Buffer> | undefined {
  const changed = [...files].flatMap(([path, bytes]): [string, Buffer][] => {
    if (!/(^|\/)templates\//.test(path)) return [];
    const text = bytes.toString('utf8');
    const failing = text.replace(ACTION, (action) => action.replace(LOOKUP, 'fail'));
    return failing === text ? [] : [[path, Buffer.from(failing)]];
  });
  return changed.length === 0 ? undefined : new Map([...files, ...changed]);
}

/** Helm stops at the first template that fails. So that the others are found as well, that one is emptied, and the chart rendered again. */
function templatesThatFail(rendering: Rendering, files: Map<string, Buffer>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'lookup-'));
  try {
    for (const [path, bytes] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    }
    const found: string[] = [];
    for (;;) {
      const template = failingTemplate({ ...rendering, file: folder }, found);
      if (template === undefined) return found.sort();
      found.push(template);
      // A subchart under an alias is in a folder of its own name.
      if (!existsSync(join(folder, template))) return found.sort();
      writeFileSync(join(folder, template), '');
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `Error: template: gates/templates/lookup.yaml:5:18: executing …`: the first path is that of the template, and what follows is what it includes. */
function failingTemplate(rendering: Rendering, found: readonly string[]): string | undefined {
  try {
    helmTemplate(rendering, 'UTC');
    return undefined;
  } catch (error) {
    if (!(error instanceof HelmError)) throw error;
    const template = WRONG_CALL.test(error.message) ? PATH.exec(error.message)?.[1] : undefined;
    if (template !== undefined && !found.includes(template)) return template;
    // Without a template that is emptied, others can fail: they include what it defines.
    if (found.length > 0) return undefined;
    throw new HelmError(`whether a template reads objects of the cluster (lookup) is not known, because Helm printed: ${error.message}`);
  }
}
