import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CrdProblem, crdSources, findCrds, readCrd } from '../../scripts/crd-sources';
import { CrdSchema } from './crd-schema';
import { definitionsIn, parseObjects } from './definition';

/** Schemas by `group/Kind`. */
export type Schemas = ReadonlyMap<string, CrdSchema>;

/** The schemas of the CRDs in some YAML files. */
export function schemasIn(files: Iterable<string>): Schemas {
  const definitions = [...files].flatMap((file) => definitionsIn(parseObjects(file)));
  return new Map(definitions.map((definition) => [`${definition.spec.group}/${definition.spec.names.kind}`, new CrdSchema(definition)]));
}

let upstream: Schemas | undefined;

/** The schemas of other projects' kinds. Throws when CRDS_DIR lacks one of them: who sets it wants it used. */
export function upstreamSchemas(): Schemas {
  const crds = findCrds();
  if ('missing' in crds) throw new CrdProblem(crds.missing);
  return (upstream ??= schemasIn(crdSources.map((source) => readCrd(crds.folder, source))));
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

/** `describe` for tests that need other projects' CRDs: without them they are skipped. setup.ts says so, once for all. */
export const describeWithUpstream: jest.Describe = 'missing' in findCrds() ? describe.skip : describe;
