import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

/** The files of a folder and of what is below it that differ from what they should be, are missing, or should not be there. */
export function compareFolder(folder: string, files: ReadonlyMap<string, string>): string[] {
  const existing = existsSync(folder) ? filesBelow(folder) : [];
  const all = new Set([...files.keys(), ...existing]);
  return [...all].filter((file) => !existing.includes(file) || files.get(file) !== readFileSync(join(folder, file), 'utf8')).sort();
}

/** The folder holds what synth cannot have written: somebody put it there by mistake. */
export class ForeignFiles extends Error {}

/**
 * Makes a folder hold these files and no others, in one step: they are written elsewhere, and then the folders are swapped.
 * Whatever fails, the folder is there, whole, as it was or as it should be.
 */
export function replaceFolder(folder: string, files: ReadonlyMap<string, string>): void {
  const foreign = existsSync(folder) ? filesBelow(folder).filter((file) => !isWritten(file)) : [];
  if (foreign.length > 0) {
    throw new ForeignFiles(
      `${folder}/ holds files that synth did not write, and would lose them: ${foreign.join(', ')}. Move them elsewhere.`,
    );
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
