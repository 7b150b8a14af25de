import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReviewProblem } from '../problem';
import { type Files, isReviewed } from '../tree';

/** The files in a working tree. */
export function workingTree(root = '.'): Files {
  const files = ['dist', 'charts'].flatMap((folder) => filesBelow(root, folder)).filter(isReviewed);
  if (!files.some((file) => file.startsWith('dist/')))
    throw new ReviewProblem('dist must contain YAML files; got none. Run npm run synth.');
  return new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
}

function filesBelow(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(root, path) : [path];
  });
}
