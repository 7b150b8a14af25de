import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { crdSources } from '../../scripts/crd-sources';
import { synthesize } from '../fixtures/synthesize';
import { type KubernetesObject, parseObjects } from './crd';
import { type Schemas, schemasIn, upstreamSchemas } from './schemas';

const DIST = join(__dirname, '..', '..', 'dist');

/** The groups that every API server has, whose objects the end-to-end tests check, and that of kustomize's own files. */
const BUILT_IN =
  /^(|apps|batch|autoscaling|policy|(admissionregistration|apiextensions|kustomize\.config|networking|rbac\.authorization|scheduling|storage)\.k8s\.io)$/;

type Files = ReadonlyMap<string, string>;

const committed: Files = new Map(
  readdirSync(DIST, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => [file, readFileSync(join(DIST, file), 'utf8')]),
);
const fixtures: Files = synthesize().files;

const group = ({ apiVersion }: KubernetesObject): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '');
const kindOf = (object: KubernetesObject): string => `${group(object)}/${object.kind}`;

interface Place {
  readonly file: string;
  readonly object: KubernetesObject;
}

const objectsIn = (files: Files): Place[] => [...files].flatMap(([file, text]) => parseObjects(text).map((object) => ({ file, object })));

/** What the schemas refuse. An object of a kind without a schema is refused, too. */
function findings(objects: readonly Place[], schemas: Schemas): string[] {
  return objects.flatMap(({ file, object }) =>
    (schemas.get(kindOf(object))?.findings(object) ?? ['there is no CRD of this kind']).map(
      (finding) => `${file} ${object.metadata.name} ${finding}`,
    ),
  );
}

describe.each([
  ['dist/', committed],
  ["the tests' own environments", fixtures],
])('in %s', (_, files) => {
  it('every AppUser passes the schema of the CRD in the same folder', () => {
    const appUsers = objectsIn(files).filter(({ object }) => kindOf(object) === 'kapernikov.com/AppUser');
    expect(findings(appUsers, schemasIn(files.values()))).toEqual([]);
  });

  describe('with the CRDs of other projects', () => {
    it('every custom resource passes the schema of its CRD, and each of these CRDs is in dist/ or in scripts/crd-sources.ts', () => {
      const custom = objectsIn(files).filter(({ object }) => !BUILT_IN.test(group(object)));
      expect(findings(custom, new Map([...upstreamSchemas(), ...schemasIn(files.values())]))).toEqual([]);
    });
  });
});

it("the tests' own environments have objects of every custom kind that constructs create", () => {
  const kinds = objectsIn(fixtures).map(({ object }) => kindOf(object));
  expect(kinds).toEqual(
    expect.arrayContaining([
      'gateway.networking.k8s.io/HTTPRoute',
      'helm.cattle.io/HelmChart',
      'kapernikov.com/AppUser',
      'postgres-operator.crunchydata.com/PostgresCluster',
    ]),
  );
});

describe('with the CRDs of other projects', () => {
  it('there is a schema for each entry of scripts/crd-sources.ts', () => {
    expect(upstreamSchemas().size).toBe(crdSources.length);
  });
});
