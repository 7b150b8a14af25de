import { isCrd } from '../custom-resource-definition';
import { groupOf, type Kind, type Manifest } from '../manifest';
import { storedCrd, storedCrdFiles } from '../stored-crds';
import type { StructuralSchema } from './structural-schema';

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

/** Files are read when a kind of their group is first asked for. */
function storedSchema(kind: Kind): StructuralSchema | undefined {
  const group = groupOf(kind.apiVersion);
  if (!group.includes('.')) return undefined;
  unread ??= storedCrdFiles();
  const mayHave = (file: string): boolean => !file.includes('_') || file.startsWith(`${group}_${kind.kind.toLowerCase().slice(0, -1)}`);
  if (!stored.has(keyOf(kind))) {
    const files = unread.filter(mayHave);
    unread = unread.filter((file) => !files.includes(file));
    for (const file of files) add(stored, storedCrd(file)['spec'] as CrdSpec);
  }
  return stored.get(keyOf(kind));
}

/** A chart can contain a CRD without a spec, which the API server refuses. */
function add(schemas: Map<string, StructuralSchema>, { group, names, versions }: Partial<CrdSpec> = {}): void {
  for (const { name, schema } of versions ?? []) {
    if (schema?.openAPIV3Schema) schemas.set(keyOf({ apiVersion: `${group}/${name}`, kind: names?.kind ?? '' }), schema.openAPIV3Schema);
  }
}

function keyOf({ apiVersion, kind }: Kind): string {
  return `${apiVersion} ${kind}`;
}
