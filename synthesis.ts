import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { check } from './checks/check';
import { acknowledge } from './checks/acknowledgement';
import type { CheckFinding } from './checks/rule';
import { renderingsOf } from './constructs/helm/delivery/rendered';
import { type LockedRendering, readChartLock, renderingFinding } from './manifests/chart-lock';
import { type Acknowledgement, isAboutSameValue } from './manifests/finding';
import type { Manifest } from './manifests/manifest';
import type { Stage } from './manifests/stage';
import { toYamlDocuments } from './manifests/yaml';
import { type Environment, Platform } from './constructs/platform';
import { sharedBackups } from './constructs/postgres/among-environments';
import { type AcknowledgedProblem, type Problem, reportedProblems, reportedWarnings } from './constructs/problem';

export interface Synthesis {
  /** What there is to write: the path of each file below the output folder, and its content. */
  readonly files: ReadonlyMap<string, string>;
  /** Everything that is wrong with any environment. If there is anything, nothing may be written. */
  readonly problems: readonly Problem[];
  /** What would be wrong, had an environment not acknowledged it. */
  readonly acknowledged: readonly AcknowledgedProblem[];
  /** What may be wrong, and is written all the same. */
  readonly warnings: readonly Problem[];
  /** What charts were rendered to, by `environment/release`: the lock file of charts/ records it. */
  readonly rendered: Readonly<Record<string, LockedRendering>>;
}

/** Builds every environment. The default one goes into the output folder itself. Nothing is written: see `write`. */
export function synthesize(all: Readonly<Record<string, Environment>>, defaultName: string): Synthesis {
  const files = new Map<string, string>();
  const problems: Problem[] = [];
  const acknowledged: AcknowledgedProblem[] = [];
  const warnings: Problem[] = [];
  const rendered: Record<string, LockedRendering> = {};
  const lock = readChartLock();
  for (const [name, environment] of Object.entries(all)) {
    const platform = new Platform(name, environment);
    const stages = platform.stages();
    const result = examine(name, platform, stages, environment.acknowledged ?? []);
    problems.push(...result.problems);
    acknowledged.push(...result.acknowledged);
    warnings.push(...reportedWarnings(platform).map((warning) => ({ environment: name, ...warning })));
    for (const [release, rendering] of renderingsOf(platform)) {
      const path = `${name}/${release}`;
      rendered[path] = rendering;
      const finding = renderingFinding(lock.rendered[path], rendering);
      if (finding) problems.push({ environment: name, path: release, field: 'chart', ...finding });
    }
    const folder = name === defaultName ? '' : name;
    for (const { name: stage, objects } of stages) {
      const manifests = objects.map(({ manifest }) => manifest);
      files.set(join(folder, `${stage}.k8s.yaml`), yaml(name, manifests));
    }
    const { gitOps } = environment;
    const input = { environment: name, folder: join('dist', folder), stages };
    for (const [path, field, finding] of gitOps?.findings(input) ?? []) problems.push({ environment: name, path, field, ...finding });
    for (const [file, manifests] of gitOps?.files(input) ?? []) files.set(join(folder, 'gitops', file), yaml(name, manifests));
  }
  warnings.push(...sharedBackups(all));
  return { files, problems, acknowledged, warnings, rendered };
}

/** What the constructs have reported, and what the checks find in their objects. */
function examine(
  environment: string,
  platform: Platform,
  stages: readonly Stage[],
  acknowledgements: readonly Acknowledgement[],
): Pick<Synthesis, 'problems' | 'acknowledged'> {
  const reported = reportedProblems(platform)
    // The environment's namespace is that of several systems.
    .filter(
      ({ field, message }, index, all) =>
        field !== 'namespace' || all.findIndex((other) => other.field === field && other.message === message) === index,
    )
    .map((problem) => ({ environment, ...problem }));
  // A construct names the field that its user wrote, a rule that of the object: report one mistake once.
  const isNew = ({ object, field, message }: CheckFinding): boolean =>
    !reported.some(
      (problem) =>
        object.path.startsWith(`${problem.path}/`) &&
        (problem.message === message || isSameField(problem.field, field) || isAboutSameValue(problem.message, message)),
    );
  const located = ({ rule, object, field, message, remedy }: CheckFinding): Problem => ({
    environment,
    rule,
    path: object.path,
    field,
    message,
    remedy,
  });
  const { remaining, acknowledged, problems } = acknowledge(check(stages), acknowledgements);
  return {
    problems: [...reported, ...remaining.filter(isNew).map(located), ...problems.map((problem) => ({ environment, path: '', ...problem }))],
    acknowledged: acknowledged.map(({ finding, reason }) => ({ ...located(finding), reason })),
  };
}

/** Whether a construct's field is written to this field of its object: `chart.version` to `spec.version`, `name` to `metadata.name`. */
function isSameField(ofConstruct: string, ofObject: string): boolean {
  const field = ofObject.replace(/^(spec|metadata)\./, '');
  if (ofObject === ofConstruct || field === ofConstruct.replace(/^chart\./, '')) return true;
  // The other two are where Flux and Argo CD have them.
  if (ofConstruct === 'name') return /^(releaseName|source\.helm\.releaseName)$/.test(field);
  return (
    /^chart\b/.test(ofConstruct) && /^(chart|version|chart\.spec\.(chart|version)|ref\.(tag|digest)|source\.targetRevision)$/.test(field)
  );
}

/** A file of dist. The document marker comes first, so that files can be joined: `cdk8s synth --stdout` does, with nothing in between. */
function yaml(environment: string, manifests: readonly Manifest[]): string {
  const header = `# Written by \`npm run synth\` from environments/${environment}.ts: change that, not this.\n---\n`;
  return header + toYamlDocuments(manifests);
}

/** Writes what was synthesized into a folder. */
export function write({ files }: Pick<Synthesis, 'files'>, folder: string): void {
  for (const [file, content] of files) {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}
