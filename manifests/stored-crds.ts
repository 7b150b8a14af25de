import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from './manifest';

/** Written by `npm run import`: `<group>_<plural>.json`, and application-crd.json. */
const FOLDER = join(__dirname, '..', 'imports', 'schemas');

const read = new Map<string, Manifest>();
const specs = new WeakSet<object>();

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
  specs.add(crd['spec'] as object);
  return crd;
}

/** Whether a value is the spec of such a CRD: it is data, because it was read as JSON. */
export function isStoredSpec(value: object): boolean {
  return specs.has(value);
}
