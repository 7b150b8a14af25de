import { parse } from 'yaml';
import { GENERATED_ANNOTATION, RELEASES_ANNOTATION } from '../manifests/contract';
import { type CrdSource, crdSources, readCrd, storedName } from './crd-sources';

/** Texts for readers. What they describe, the rest of the schema says: types, patterns, enums and rules in CEL. */
const PROSE = new Set(['description', 'example', 'externalDocs', 'title']);

/** Of every project in the table of crd-sources.ts. */
const LICENCE = 'Licensed under the Apache License 2.0, http://www.apache.org/licenses/LICENSE-2.0.';

interface Crd {
  readonly spec: { readonly versions: readonly unknown[]; readonly [field: string]: unknown };
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
}

/** The files of imports/schemas/: each CRD of other projects as compact JSON without prose. */
export function importSchemas(folder: string): Map<string, string> {
  return new Map(crdSources.map((source) => [`schemas/${storedName(source)}`, schemaFile(source, readCrd(folder, source))]));
}

/**
 * A CRD that an API server accepts, on one line. It has every version: one that is not served can be the one that objects are stored in, and then
 * the API server refuses a CRD without it.
 */
export function schemaFile({ repository, tag, path, sha256, releases }: CrdSource, crd: string): string {
  const { metadata, spec } = parse(crd) as Crd;
  const approval = metadata.annotations?.['api-approved.kubernetes.io'];
  const origin = `From https://github.com/${repository}, ${tag}, ${path} (SHA-256 ${sha256}), without descriptions.`;
  const object = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: metadata.name,
      annotations: {
        // The licence requires a notice that the file was changed.
        [GENERATED_ANNOTATION]: `by npm run import; do not edit. ${origin} ${LICENCE}`,
        ...(releases !== undefined && { [RELEASES_ANNOTATION]: releases }),
        // The API server requires it for groups below k8s.io.
        ...(approval !== undefined && { 'api-approved.kubernetes.io': approval }),
      },
    },
    spec: { ...spec, versions: withoutProse(spec.versions, false) },
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
