import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crdSources, crdText, findCrds } from '../../scripts/crd-sources';
import { CrdSchema } from './crd-schema';
import { crdsIn, parseObjects } from './crd';

/** Schemas by `group/Kind`. */
export type Schemas = ReadonlyMap<string, CrdSchema>;

/** The schemas of the CRDs in some YAML files. */
export function schemasIn(files: Iterable<string>): Schemas {
  const crds = [...files].flatMap((file) => crdsIn(parseObjects(file)));
  return new Map(crds.map((crd) => [`${crd.spec.group}/${crd.spec.names.kind}`, new CrdSchema(crd)]));
}

let upstream: Schemas | undefined;

/** The schemas of other projects' kinds. Throws when CRDS_DIR is set and lacks one of them. */
export function upstreamSchemas(): Schemas {
  return (upstream ??= schemasIn(crdSources.map(crdText)));
}

/** The schema of one kind among others. */
export function schemaOf(schemas: Schemas, kind: string): CrdSchema {
  const schema = schemas.get(kind);
  if (!schema) throw new Error(`There is no CRD of ${kind}, only of ${[...schemas.keys()].join(', ')}.`);
  return schema;
}

/** The schema of our own AppUser, which needs nothing from elsewhere. */
export const appUserSchema = (): CrdSchema =>
  schemaOf(
    schemasIn([readFileSync(join(__dirname, '..', '..', 'constructs', 'app-user', 'app-user.crd.yaml'), 'utf8')]),
    'kapernikov.com/AppUser',
  );

/** `describe` for tests that compare with the CRDs as they were released: CRDS_DIR or the cache has them. */
export const describeWithUpstream = (name: string, tests: () => void): void => {
  if ('folder' in findCrds()) describe(name, tests);
};
