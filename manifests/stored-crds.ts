import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from './manifest';

/** Written by `npm run import`: `<group>_<plural>.json`, and application-crd.json. */
const FOLDER = join(__dirname, '..', 'imports', 'schemas');

const read = new Map<string, Manifest>();

/** The files of imports/schemas/. */
export function storedCrdFiles(): readonly string[] {
  return readdirSync(FOLDER);
}

/** A CRD of another project, by its file in imports/schemas/. It is read once: that of PostgresClusters has 160 KiB. */
export function storedCrd(file: string): Manifest {
  const known = read.get(file);
  if (known) return known;
  const crd = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Manifest;
  read.set(file, crd);
  return crd;
}
