import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isCrd } from '../custom-resource-definition';
import { groupOf, type Kind, type Manifest } from '../manifest';
import type { StructuralSchema } from './structural-schema';

/** Written by `npm run import`: `<group>_<plural>.json`, and application-crd.json. */
const FOLDER = join(__dirname, '..', '..', 'imports', 'schemas');

interface CrdSpec {
  readonly group: string;
  readonly names: { readonly kind: string };
  readonly versions?: readonly { readonly name: string; readonly schema?: { readonly openAPIV3Schema?: StructuralSchema } }[];
}

/** Schemas by `apiVersion kind`, of the files that have been read. */
const stored = new Map<string, StructuralSchema>();
let unread: readonly string[] | undefined;

/** The schemas of custom resources: of the CRDs among these objects, or else of imports/schemas/. */
export function schemasOf(objects: readonly Manifest[]): (kind: Kind) => StructuralSchema | undefined {
  const own = new Map<string, StructuralSchema>();
  for (const object of objects) if (isCrd(object)) add(own, object['spec'] as CrdSpec);
  return (kind) => own.get(keyOf(kind)) ?? storedSchema(kind);
}

/** Files are read when a kind of their group is first asked for: that of a PostgresCluster has 160 KiB. */
function storedSchema(kind: Kind): StructuralSchema | undefined {
  const group = groupOf(kind.apiVersion);
  if (!group.includes('.')) return undefined;
  unread ??= readdirSync(FOLDER);
  const mayHave = (file: string): boolean => !file.includes('_') || file.startsWith(`${group}_${kind.kind.toLowerCase().slice(0, -1)}`);
  if (!stored.has(keyOf(kind))) {
    const files = unread.filter(mayHave);
    unread = unread.filter((file) => !files.includes(file));
    for (const file of files) add(stored, (JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as { readonly spec: CrdSpec }).spec);
  }
  return stored.get(keyOf(kind));
}

function add(schemas: Map<string, StructuralSchema>, { group, names, versions = [] }: CrdSpec): void {
  for (const { name, schema } of versions) {
    if (schema?.openAPIV3Schema) schemas.set(keyOf({ apiVersion: `${group}/${name}`, kind: names.kind }), schema.openAPIV3Schema);
  }
}

function keyOf({ apiVersion, kind }: Kind): string {
  return `${apiVersion} ${kind}`;
}
