import { schemaFindings } from '../../manifests/schema/schema-findings';
import { schemasOf } from '../../manifests/schema/known-schemas';
import type { StructuralSchema } from '../../manifests/schema/structural-schema';
import { groupOf } from '../../manifests/manifest';
import { synthesize } from '../fixtures/synthesize';
import { type KubernetesObject, parseObjects } from './crd';
import { upstreamSchemas } from './schemas';

/** One object of each kind of custom resource that the environments have. */
const objects = [
  ...new Map(
    [...synthesize().files.values()].flatMap(parseObjects).map((object) => [`${object.apiVersion} ${object.kind}`, object]),
  ).values(),
];
const known = schemasOf([]);

const VALUES: readonly unknown[] = [undefined, null, '', 'X y_Z!', -1, 0, 1.5, 2 ** 40, true, [], ['a', 'a'], {}, { unknown: 1 }];

type Parent = Record<string | number, unknown>;

/** The object with each of its fields replaced by each of the values, and with one more field in each of its maps. */
function* edits(object: KubernetesObject): Generator<[string, KubernetesObject]> {
  const copy = structuredClone(object);
  const visit = function* (parent: Parent, path: string): Generator<[string, KubernetesObject]> {
    for (const key of Object.keys(parent)) {
      if (path === '' && ['apiVersion', 'kind', 'metadata'].includes(key)) continue;
      const value = parent[key];
      for (const other of VALUES) {
        parent[key] = other;
        yield [`${path}.${key} = ${JSON.stringify(other)}`, copy];
      }
      parent[key] = value;
      if (typeof value === 'object' && value !== null) yield* visit(value as Parent, `${path}.${key}`);
    }
    if (!Array.isArray(parent)) {
      parent['notThere'] = 1;
      yield [`${path}.notThere`, copy];
      delete parent['notThere'];
    }
  };
  yield* visit(copy as unknown as Parent, '');
}

const edited = objects.flatMap((object) => {
  const oracle = upstreamSchemas().get(`${groupOf(object.apiVersion)}/${object.kind}`);
  return oracle ? [[object.kind, object, oracle] as const] : [];
});

test('the environments of the tests have the kinds that we write', () => {
  expect(edited.map(([kind]) => kind)).toEqual(
    expect.arrayContaining(['PostgresCluster', 'HelmChart', 'HelmRelease', 'HTTPRoute', 'Kustomization']),
  );
});

test.each(edited)('an edited %s is refused by synth if, and only if, its JSON schema refuses it', (_, object, oracle) => {
  const schema = known(object) as StructuralSchema;
  const validate = oracle.version(object.apiVersion)?.structure;
  const different: string[] = [];
  for (const [edit, copy] of edits(object)) {
    // What is undefined is not in YAML.
    const written = JSON.parse(JSON.stringify(copy)) as KubernetesObject;
    const expected = validate?.(structuredClone(written));
    if ((schemaFindings(schema, written).length === 0) !== expected) different.push(edit);
  }
  expect(different).toEqual([]);
});
