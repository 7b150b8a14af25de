import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Environment as PlatformEnvironment } from '../../../constructs/platform';
import type { Manifest } from '../../../manifests/manifest';
import { ENVIRONMENT_LABEL } from '../../../manifests/contract';
import { DIST, FIXTURES, manifestsIn } from '../../fixtures/dist';
import { environments } from '../../fixtures/environments';
import { synthesize } from '../../fixtures/synthesize';

/** The root of the project. */
export const ROOT = join(__dirname, '..', '..', '..');

/** An environment as it lies in dist. */
export interface Environment {
  readonly name: string;
  /** From FIXTURES, as users type it: `dist`, `dist/tutorial`; or absolute. */
  readonly folder: string;
}

/** The default environment. */
export const LOCAL: Environment = { name: 'local', folder: 'dist' };

/** Every environment. */
export const ENVIRONMENTS: readonly Environment[] = [
  LOCAL,
  ...readdirSync(DIST, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, folder: `dist/${name}` })),
];

/** A file of an environment. */
export interface Stage {
  /** From FIXTURES. */
  readonly file: string;
  readonly objects: readonly Manifest[];
}

/** The files of an environment in the order in which kubectl reads them. */
export function stagesIn({ folder }: Environment): Stage[] {
  const names = readdirSync(resolve(FIXTURES, folder)).filter((name) => name.endsWith('.yaml'));
  return names.sort().map((name) => {
    const file = `${folder}/${name}`;
    return { file, objects: manifestsIn(readFileSync(join(FIXTURES, file), 'utf8')) };
  });
}

/** The objects of an environment in the order in which kubectl reads them. */
export function objectsIn(environment: Environment): Manifest[] {
  return stagesIn(environment).flatMap(({ objects }) => objects);
}

/** How kubectl names an object when it has done something with it: `ingress.networking.k8s.io/cvat`. */
export function printed({ apiVersion, kind, metadata }: Manifest): string {
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : '';
  return `${kind.toLowerCase()}${group}/${metadata.name}`;
}

/** What becomes of a file of dist: another text; nothing to leave it out. */
export type Edits = Readonly<Record<string, (text: string) => string | undefined>>;

/** An edited copy of an environment's folder, below the given one. Files are named like stages, without their extension. */
export function edited({ folder }: Environment, directory: string, edits: Edits): string {
  const copy = mkdtempSync(join(directory, 'dist-'));
  const names = readdirSync(resolve(FIXTURES, folder)).filter((name) => name.endsWith('.yaml'));
  const stages = names.map((name) => name.replace('.k8s.yaml', ''));
  const unknown = Object.keys(edits).filter((stage) => !stages.includes(stage));
  if (unknown.length > 0) throw new Error(`${folder} has no stage ${unknown.join(', ')}`);
  names.forEach((name, index) => {
    const text = readFileSync(join(resolve(FIXTURES, folder), name), 'utf8');
    const edit = edits[stages[index] ?? ''];
    const after = edit ? edit(text) : text;
    if (edit && after === text) throw new Error(`the edit of ${name} changes nothing: the test means another text than is there`);
    if (after !== undefined) writeFileSync(join(copy, name), after);
  });
  return copy;
}

/** The tests' environment of this name as synth writes it after a change: a folder below the given one. */
export function changed(name: string, directory: string, change: Partial<PlatformEnvironment>): Environment {
  const environment = environments[name];
  if (!environment) throw new Error(`no environment is named ${name}`);
  const { files, problems } = synthesize({ [name]: { ...environment, ...change } });
  if (problems.length > 0) throw new Error(problems.map((problem) => JSON.stringify(problem)).join('\n'));
  const folder = mkdtempSync(join(directory, 'dist-'));
  for (const [file, text] of files) writeFileSync(join(folder, basename(file)), text);
  return { name, folder };
}

/** A folder as synth writes it, of an environment that a test has made up: its stages by their names, whose objects get the label. */
export function written(environment: string, directory: string, stages: Readonly<Record<string, readonly Manifest[]>>): string {
  const folder = mkdtempSync(join(directory, 'dist-'));
  for (const [name, objects] of Object.entries(stages)) {
    const labelled = objects.map(({ metadata, ...object }) => ({
      ...object,
      metadata: { ...metadata, labels: { ...metadata.labels, [ENVIRONMENT_LABEL]: environment } },
    }));
    writeFileSync(join(folder, `${name}.k8s.yaml`), labelled.map((object) => JSON.stringify(object)).join('\n---\n'));
  }
  return folder;
}
