import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stage } from '../../manifests/stage';
import { DIST, manifestsIn } from '../fixtures/dist';

/** The stages of every environment as they stand in dist/: its files, and those of each folder in it. */
export function readDist(): Readonly<Record<string, Stage[]>> {
  const folders = readdirSync(DIST, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return Object.fromEntries(
    ['', ...folders.map(({ name }) => name)].map((folder) => [join('dist', folder), readStages(join(DIST, folder))]),
  );
}

function readStages(folder: string): Stage[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.k8s.yaml'));
  return files.sort().map((file) => {
    const name = file.replace('.k8s.yaml', '');
    const manifests = manifestsIn(readFileSync(join(folder, file), 'utf8'));
    return { name, objects: manifests.map((manifest, index) => ({ path: `${name}/${index}`, manifest })) };
  });
}
