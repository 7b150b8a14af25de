import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { synthesize } from '../../main';
import { crdSources } from '../../scripts/crd-sources';
import { type KubernetesObject, parseObjects } from './definition';
import { describeWithUpstream, type Schemas, schemasIn, upstreamSchemas } from './schemas';

const DIST = join(__dirname, '..', '..', 'dist');

/** The groups that every API server has. Its own tests look at those: test/e2e. */
const BUILT_IN =
  /^(|apps|batch|autoscaling|policy|(admissionregistration|apiextensions|networking|rbac\.authorization|scheduling|storage)\.k8s\.io)$/;

const committed = (): Map<string, string> =>
  new Map(
    readdirSync(DIST, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => [file, readFileSync(join(DIST, file), 'utf8')]),
  );

const group = ({ apiVersion }: KubernetesObject): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '');
const kindOf = (object: KubernetesObject): string => `${group(object)}/${object.kind}`;

/** Everything that is wrong with the objects of a kind, and how many of them there are. */
function inspect(files: ReadonlyMap<string, string>, schemas: Schemas, kind: string): { count: number; findings: string[] } {
  const objects = [...files].flatMap(([file, text]) => parseObjects(text).map((object) => ({ file, object })));
  const chosen = objects.filter(({ object }) => kindOf(object) === kind);
  const findings = chosen.flatMap(({ file, object }) =>
    (schemas.get(kind)?.findings(object) ?? ['there is no CRD of this kind']).map(
      (finding) => `${file} ${object.metadata.name} ${finding}`,
    ),
  );
  return { count: chosen.length, findings };
}

describe.each([
  ['dist/, as it is committed', committed()],
  ['what npm run synth writes', synthesize().files],
])('%s', (_, files) => {
  const expectRight = (kind: string, schemas: Schemas): void => {
    const { count, findings } = inspect(files, schemas, kind);
    expect(findings).toEqual([]);
    expect(count).toBeGreaterThan(0); // else the test would be about nothing
  };

  it('has AppUsers, and all of them pass the definition beside them', () => {
    expectRight('kapernikov.com/AppUser', schemasIn(files.values()));
  });

  describeWithUpstream('with the CRDs of other projects', () => {
    it.each(['postgres-operator.crunchydata.com/PostgresCluster', 'helm.cattle.io/HelmChart', 'gateway.networking.k8s.io/HTTPRoute'])(
      'has objects of %s, and all of them pass',
      (kind) => expectRight(kind, upstreamSchemas()),
    );

    it('has no object that nobody checks: all are of a built-in kind, or their CRD is in scripts/crd-sources.ts', () => {
      const schemas = new Map([...upstreamSchemas(), ...schemasIn(files.values())]);
      const objects = [...files.values()].flatMap(parseObjects);
      const foreign = objects.filter((object) => !BUILT_IN.test(group(object)));
      expect(foreign.map(kindOf).filter((kind) => !schemas.has(kind))).toEqual([]);
      expect(foreign.flatMap((object) => inspect(files, schemas, kindOf(object)).findings)).toEqual([]);
    });

    it('is checked by every CRD of the table', () => {
      expect(upstreamSchemas().size).toBe(crdSources.length);
    });
  });
});
