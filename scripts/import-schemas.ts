import { parse } from 'yaml';
import { type CrdSource, crdSources, readCrd, storedName } from './crd-sources';

/** Texts for readers. What they describe, the rest of the schema says: types, patterns, enums and rules in CEL. */
const PROSE = new Set(['description', 'example', 'externalDocs', 'title']);

interface Crd {
  readonly spec: {
    readonly versions: readonly { readonly name: string; readonly served: boolean; readonly [field: string]: unknown }[];
    readonly [field: string]: unknown;
  };
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
}

/** The files of imports/schemas/: each CRD of other projects as compact JSON, with its served versions and without prose. */
export function importSchemas(folder: string): Map<string, string> {
  return new Map(crdSources.map((source) => [`schemas/${storedName(source)}`, schemaFile(source, readCrd(folder, source))]));
}

/** A CRD that an API server accepts, on one line. */
export function schemaFile({ repository, tag, path }: CrdSource, crd: string): string {
  const { metadata, spec } = parse(crd) as Crd;
  const { group, names, scope } = spec;
  const versions = spec.versions
    .filter(({ served }) => served)
    .map(({ name, served, storage, schema, subresources }) => ({
      name,
      served,
      storage,
      schema: withoutProse(schema, false),
      subresources,
    }));
  const approval = metadata.annotations?.['api-approved.kubernetes.io'];
  const object = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: metadata.name,
      annotations: {
        'platform.kapernikov.com/generated': `by npm run import; do not edit. From https://github.com/${repository}, ${tag}, ${path}, without descriptions.`,
        // The API server requires it for groups below k8s.io.
        ...(approval !== undefined && { 'api-approved.kubernetes.io': approval }),
      },
    },
    spec: { group, names, scope, versions },
  };
  return `${JSON.stringify(object)}\n`;
}

/** In `properties`, the keys are names of fields: a field can be named `description` or `default`. */
function withoutProse(value: unknown, areProperties: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutProse(item, false));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => areProperties || !PROSE.has(key));
  return Object.fromEntries(
    entries.map(([key, below]) => {
      const isValue = !areProperties && (key === 'default' || key === 'enum');
      return [key, isValue ? below : withoutProse(below, !areProperties && key === 'properties')];
    }),
  );
}
