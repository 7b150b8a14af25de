import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Manifest, formatKey, keyOf } from '../manifests/manifest';
import { ENVIRONMENT_LABEL } from '../manifests/contract';
import { parseYamlDocuments } from '../manifests/parse-yaml';
import { CommandProblem } from './problem';

/** A file of dist. */
export interface DistStage {
  /** The file's name without its ending: `30-postgres`. */
  readonly name: string;
  /** The file's path, relative to the working directory: `dist/30-postgres.k8s.yaml`. */
  readonly file: string;
  readonly objects: readonly Manifest[];
}

/** A folder that synth has written: one environment. Its subfolders are other environments. */
export interface Dist {
  readonly folder: string;
  /** The environment's name, which all of its objects carry as a label. */
  readonly environment: string;
  /** In the order in which they are applied. */
  readonly stages: readonly DistStage[];
}

const ENDING = /(\.k8s)?\.(yaml|yml|json)$/;

/** Reads a folder. All problems of its files are reported together. */
export function readDist(folder: string): Dist {
  const files = filesIn(folder);
  const problems: string[] = [];
  const stages = files.map((file) => readStage(join(folder, file), problems));
  if (problems.length > 0)
    throw new CommandProblem(
      `${folder}: must be written by npm run synth; found problems. Run npm run synth.\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    );
  const environments = new Set(stages.flatMap(({ objects }) => objects.map(environmentOf)));
  const [environment] = environments;
  if (environment === undefined || environments.size > 1) {
    const found = [...environments].map((name) => (name === undefined ? 'none' : `"${name}"`)).join(' and ') || 'nothing';
    throw new CommandProblem(
      `${folder}: label ${ENVIRONMENT_LABEL} must be the same on all objects; got ${found}.\n` +
        'Run npm run synth, and give a folder that it writes: dist, dist/production.',
    );
  }
  return { folder, environment, stages };
}

/** The stages with these names, with or without their number: `50-cvat` or `cvat`. All stages when `names` is empty. */
export function selectStages<Named extends { readonly name: string }>(
  stages: readonly Named[],
  names: readonly string[],
): readonly Named[] {
  const unknown = names.filter((name) => !stages.some((stage) => isCalled(stage.name, name)));
  if (unknown.length > 0) {
    const known = stages.map(({ name }) => name).join(', ');
    throw new CommandProblem(
      `stage: must be one of ${known} (the number is optional); got ${unknown.map((name) => `"${name}"`).join(', ')}.`,
    );
  }
  return names.length === 0 ? stages : stages.filter((stage) => names.some((name) => isCalled(stage.name, name)));
}

const isCalled = (stage: string, name: string): boolean => stage === name || stage.replace(/^\d+-/, '') === name;

function filesIn(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isFile() && ENDING.test(entry.name) ? [entry.name] : [],
    );
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : `cannot be read (${(error as Error).message})`;
    throw new CommandProblem(
      `The folder ${folder} ${reason}. Run npm run synth: it writes dist/, and dist/<name>/ for each further environment.`,
    );
  }
  if (names.length === 0) throw new CommandProblem(`The folder ${folder} has no YAML files. Run npm run synth.`);
  // By bytes, as kubectl does, not by locale.
  return names.sort();
}

function readStage(file: string, problems: string[]): DistStage {
  const objects: Manifest[] = [];
  for (const { value, error } of parseYamlDocuments(readFileSync(file, 'utf8'))) {
    if (error !== undefined) problems.push(`${file}: ${error}`);
    const object = value as Partial<Manifest> | null;
    if (object === null) continue;
    if (object.apiVersion && object.kind && object.metadata?.name) objects.push(object as Manifest);
    else problems.push(`${file}: a document lacks apiVersion, kind or metadata.name`);
  }
  const seen = new Set<string>();
  for (const object of objects) {
    const name = formatKey(keyOf(object));
    if (seen.has(name)) problems.push(`${file}: ${name} is defined twice`);
    seen.add(name);
  }
  return { name: file.slice(file.lastIndexOf('/') + 1).replace(ENDING, ''), file, objects };
}

function environmentOf({ metadata }: Manifest): string | undefined {
  return metadata.labels?.[ENVIRONMENT_LABEL];
}
