import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Manifest } from '../manifests/manifest';
import { manifestsIn } from './fixtures/dist';
import { tutorial } from './fixtures/environments/tutorial';
import { synthesize } from './fixtures/synthesize';

/** The chapter's own three manifests, as they stand there. */
function chapter(name: string): Manifest {
  return parse(readFileSync(join(__dirname, 'fixtures/chapter', `${name}.yaml`), 'utf8')) as Manifest;
}

const objects = [...synthesize({ tutorial }).files.values()].flatMap(manifestsIn);

function only(kind: string, name: string): Manifest {
  const [object, ...more] = objects.filter((candidate) => candidate.kind === kind && candidate.metadata.name === name);
  if (!object || more.length > 0) throw new Error(`${more.length + (object ? 1 : 0)} objects ${kind} ${name}`);
  return object;
}

function withoutOurs(map: Readonly<Record<string, string>> = {}): Record<string, string> | undefined {
  const others = Object.entries(map).filter(([key]) => !key.startsWith('platform.kapernikov.com/'));
  return others.length > 0 ? Object.fromEntries(others) : undefined;
}

/** An object without the labels and annotations that say where it comes from. */
function bare({ metadata: { labels, annotations, ...metadata }, ...object }: Manifest): unknown {
  const [others, more] = [withoutOurs(labels), withoutOurs(annotations)];
  return { ...object, metadata: { ...metadata, ...(others && { labels: others }), ...(more && { annotations: more }) } };
}

test('an AppUser is defined as in the chapter: group, scope, names, version and the type of every field', () => {
  const { metadata, ...definition } = chapter('app-user-crd');
  const ours = only('CustomResourceDefinition', metadata.name);
  // Everything that the chapter says is so; ours says more.
  expect(ours).toMatchObject(definition);
});

test('the AppUser john is that of the chapter', () => {
  expect(bare(only('AppUser', 'john'))).toEqual(chapter('john'));
});

test('the PostgresCluster my-postgres is that of the chapter, field for field', () => {
  expect(bare(only('PostgresCluster', 'my-postgres'))).toEqual(chapter('my-postgres'));
});

test('bare() removes our annotations only', () => {
  const annotations = { 'platform.kapernikov.com/makes': 'one', 'example.org/two': 'two' };
  const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'one', annotations } };
  expect(bare(object)).toEqual({ ...object, metadata: { name: 'one', annotations: { 'example.org/two': 'two' } } });
});

test('PGO is installed from the chart and into the namespace that the chapter names', () => {
  expect(only('Namespace', 'crunchy-pgo')).toBeDefined();
  expect(only('HelmChart', 'pgo')['spec']).toMatchObject({
    chart: 'oci://registry.developers.crunchydata.com/crunchydata/pgo',
    targetNamespace: 'crunchy-pgo',
  });
});

test("CVAT is the chart that the chapter points at, at its last release, from its repository, and at the chapter's host", () => {
  const spec = only('HelmChart', 'cvat')['spec'] as Record<string, string>;
  expect(spec).toMatchObject({
    repo: 'https://kapernikov.github.io/cvat-helm/',
    chart: 'cvat-helm',
    version: '0.2.4',
    targetNamespace: 'cvat',
  });
  expect(parse(spec['valuesContent'] ?? '')).toMatchObject({ ingress: { host: 'cvat.kube-public' } });
});

test("has no further objects but PGO's CRDs, which are protected: no AppUser operator and no data protection", () => {
  expect(objects.map(({ kind, metadata: { name } }) => `${kind} ${name}`).sort()).toEqual([
    'AppUser john',
    'CustomResourceDefinition appusers.kapernikov.com',
    ...['crunchybridgeclusters', 'pgadmins', 'pgupgrades', 'postgresclusters'].map(
      (plural) => `CustomResourceDefinition ${plural}.postgres-operator.crunchydata.com`,
    ),
    'HelmChart cvat',
    'HelmChart pgo',
    'Namespace crunchy-pgo',
    'Namespace cvat',
    'PostgresCluster my-postgres',
    'ValidatingAdmissionPolicy crd-protection.platform.kapernikov.com',
    'ValidatingAdmissionPolicyBinding crd-protection.platform.kapernikov.com',
  ]);
});
