import { ENVIRONMENT_LABEL } from '../manifests/contract';
import { CHARTS_FOLDER, LOCK_FILE, type ChartLock } from '../manifests/chart-lock';
import { EnvironmentObjects } from '../manifests/environment-objects';
import { type Manifest, withoutNullMetadata } from '../manifests/manifest';
import { parseYamlDocuments } from '../manifests/parse-yaml';
import { compareStages, type Stage } from '../manifests/stage';
import { ReviewProblem } from './problem';

/** The files of one version of the repository that a review reads: path and content. */
export type Files = ReadonlyMap<string, string>;

/** One version of what is reviewed. */
export interface Tree {
  readonly environments: ReadonlyMap<string, EnvironmentObjects>;
  /** The environment in dist/ itself. */
  readonly defaultEnvironment: string;
  /** The charts that their authors have deprecated, as `name version`. */
  readonly deprecatedCharts: ReadonlySet<string>;
}

const RENDERED = new RegExp(`^${CHARTS_FOLDER}/(?<chart>.+)/rendered/(?<environment>[^/]+)\\.ya?ml$`);
const IN_DIST = /^dist\/(?:(?<folder>[^/]+)\/)?(?:(?<output>gitops)\/)?(?<stage>.+?)(?:\.k8s)?\.ya?ml$/;

/** Whether a review reads this file. */
export function isReviewed(path: string): boolean {
  return IN_DIST.test(path) || RENDERED.test(path) || path === LOCK_FILE;
}

/** Reads documents. One that is the same in both versions is parsed once, and both versions have the same object. */
export class TreeReader {
  private readonly parsed = new Map<string, Manifest | undefined>();

  /** Throws a ReviewProblem that lists every file that cannot be read. */
  read(files: Files, version: string): Tree {
    const problems: string[] = [];
    let defaultEnvironment = DEFAULT_ENVIRONMENT;
    const stages = new Map<string, Stage[]>();
    for (const [path, content] of [...files].sort(([one], [other]) => compareStages(one, other))) {
      if (path === LOCK_FILE) continue;
      const objects = documentsOf(content).flatMap((text) => this.parse(text, path, problems));
      const place = placeOf(path, objects);
      const staged = objects.map((manifest) => ({ path, manifest, ...(place.chart !== undefined && { chart: place.chart }) }));
      if (/^dist\/[^/]+$/.test(path) && staged.length > 0) defaultEnvironment = place.environment;
      const list = stages.get(place.environment) ?? [];
      stages.set(place.environment, list);
      if (staged.length > 0) list.push({ name: place.stage, objects: staged });
    }
    if (problems.length > 0) throw new ReviewProblem(`${version}: ${problems.join('; ')}. Run npm run synth.`);
    return {
      environments: new Map([...stages].map(([name, list]) => [name, new EnvironmentObjects(list)])),
      defaultEnvironment,
      deprecatedCharts: deprecatedIn(files.get(LOCK_FILE)),
    };
  }

  private parse(text: string, path: string, problems: string[]): Manifest[] {
    if (!this.parsed.has(text)) {
      const [document] = parseYamlDocuments(text);
      if (document?.error !== undefined) {
        problems.push(`${path}: must be YAML; got ${document.error.split('\n')[0] ?? ''}`);
        return [];
      }
      const value = (document?.value ?? null) as Partial<Manifest> | null;
      const isObject = value === null || (typeof value === 'object' && Boolean(value.apiVersion && value.kind && value.metadata?.name));
      if (!isObject) {
        problems.push(`${path}: every document must have apiVersion, kind and metadata.name`);
        return [];
      }
      this.parsed.set(text, value === null ? undefined : withoutNullMetadata(value as Manifest));
    }
    const object = this.parsed.get(text);
    return object ? [object] : [];
  }
}

/** `---` at the start of a line always starts a document: nothing in YAML can contain it. */
function documentsOf(content: string): string[] {
  return content.split(/^---(?=\s|$)/m).filter((text) => text.trim() !== '');
}

interface Place {
  readonly environment: string;
  readonly stage: string;
  readonly chart?: string;
}

/** The environment is that of the label, so that another default environment is not a removed and an added one; else that of the folder. */
function placeOf(path: string, objects: readonly Manifest[]): Place {
  const rendered = RENDERED.exec(path)?.groups;
  if (rendered) {
    const { chart = '', environment = '' } = rendered;
    return { environment, stage: `chart ${chart}`, chart };
  }
  const { folder, output, stage = path } = IN_DIST.exec(path)?.groups ?? {};
  // dist/gitops/ is a part of the default environment, not an environment.
  const isOutput = output !== undefined || folder === 'gitops';
  const label = objects.map(({ metadata }) => metadata.labels?.[ENVIRONMENT_LABEL]).find((name) => name !== undefined);
  const named = folder === undefined || folder === 'gitops' ? DEFAULT_ENVIRONMENT : folder;
  return { environment: label ?? named, stage: isOutput ? 'gitops' : stage };
}

/** The name of the environment in dist/ itself, as long as no object says another. */
const DEFAULT_ENVIRONMENT = 'dist';

function deprecatedIn(lock: string | undefined): ReadonlySet<string> {
  try {
    const { charts = [] } = JSON.parse(lock ?? '{}') as Partial<ChartLock>;
    return new Set(charts.filter(({ deprecated }) => deprecated).map(({ name, version }) => `${name} ${version}`));
  } catch {
    return new Set(); // synth reports a lock file that is damaged
  }
}
