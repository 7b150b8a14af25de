import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

/** The paths below a folder that differ from `files`, are missing, or are not in `files`. */
export function compareFolder(folder: string, files: ReadonlyMap<string, string>): string[] {
  const existing = existsSync(folder) ? filesBelow(folder) : [];
  const all = new Set([...files.keys(), ...existing]);
  return [...all].filter((file) => !existing.includes(file) || files.get(file) !== readFileSync(join(folder, file), 'utf8')).sort();
}

/** The folder has files that synth does not write, and would delete. */
export class ForeignFiles extends Error {}

/**
 * Replaces the content of a folder by these files in one step: they are written to a temporary folder, and then the folders are swapped.
 * On any failure, the folder has either its old or its new content.
 */
export function replaceFolder(folder: string, files: ReadonlyMap<string, string>): void {
  const foreign = existsSync(folder) ? filesBelow(folder).filter((file) => !isWritten(file)) : [];
  if (foreign.length > 0) {
    throw new ForeignFiles(`${folder}/: must have only files of synth; got ${foreign.join(', ')}. Move them to another folder.`);
  }
  const next = join(dirname(folder), `.${basename(folder)}-next-${process.pid}`);
  const previous = join(dirname(folder), `.${basename(folder)}-previous-${process.pid}`);
  try {
    for (const [file, content] of files) {
      mkdirSync(dirname(join(next, file)), { recursive: true });
      writeFileSync(join(next, file), content);
    }
    if (existsSync(folder)) renameSync(folder, previous);
    try {
      renameSync(next, folder);
    } catch (error) {
      if (existsSync(previous)) renameSync(previous, folder);
      throw error;
    }
  } finally {
    rmSync(next, { recursive: true, force: true });
    rmSync(previous, { recursive: true, force: true });
  }
}

/** Whether synth writes files of this name: stages and entries of GitOps, and the files by which Flux finds the stages. */
function isWritten(file: string): boolean {
  return file.endsWith('.k8s.yaml') || /(^|\/)gitops\/.*\/kustomization\.yaml$/.test(file);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(join(folder, file)).isFile())
    .map((file) => relative('', file));
}
