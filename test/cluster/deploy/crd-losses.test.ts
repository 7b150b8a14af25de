import { ApiError } from '../../../cluster/api/api-error';
import { compare } from '../../../cluster/diff/compare';
import { crdLosses, type CrdLosses, refuseCrdLosses } from '../../../cluster/deploy/crd-losses';
import type { DistStage } from '../../../cluster/dist';
import { idOf, keyOf, type Manifest } from '../../../manifests/manifest';
import type { StructuralSchema } from '../../../manifests/schema/structural-schema';
import { MemoryCluster } from '../support/memory-cluster';
import { distOf, manifest } from '../support/objects';
import { sessionOn } from '../support/session';

const NAME = 'CustomResourceDefinition widgets.example.org';
const text: StructuralSchema = { type: 'string' };
const fields = (properties: Readonly<Record<string, StructuralSchema>>): StructuralSchema => ({ type: 'object', properties });

interface Version {
  readonly served?: boolean;
  readonly spec?: StructuralSchema;
}

/** A CRD with these versions, of which the last is stored. */
function crd(versions: Readonly<Record<string, Version>>, more: object = {}): Manifest {
  const last = Object.keys(versions).at(-1);
  return manifest(`apiextensions.k8s.io/v1 ${NAME}`, {
    spec: {
      group: 'example.org',
      names: { kind: 'Widget', plural: 'widgets' },
      versions: Object.entries(versions).map(([name, { served = true, spec = fields({ a: text }) }]) => ({
        name,
        served,
        storage: name === last,
        schema: { openAPIV3Schema: fields({ spec, status: fields({ seen: text }) }) },
      })),
    },
    ...more,
  });
}

const widget = (name: string, spec: object, version = 'v1', metadata: object = {}): Manifest =>
  manifest(`example.org/${version} Widget cvat/${name}`, { metadata: { labels: {}, ...metadata }, spec, status: { seen: 'yes' } });

let cluster: MemoryCluster;
beforeEach(() => (cluster = new MemoryCluster()));

/** What a change from one CRD to the other does to the objects that are on the cluster. */
function losses(before: Manifest, after: Manifest, stages: readonly DistStage[] = []): Promise<CrdLosses> {
  return crdLosses(cluster, after, cluster.put(before), stages);
}

test('a root schema that accepts fewer values is not called a version', async () => {
  const before = crd({ v1: {} });
  const after = JSON.parse(JSON.stringify(before).replace('"openAPIV3Schema":{', '"openAPIV3Schema":{"required":["spec"],')) as Manifest;
  expect(await losses(before, after)).toEqual({
    refused: [],
    notes: ['v1 loses values of the object (required: also spec); there are no objects'],
  });
});

describe('a field that the CRD of dist does not have', () => {
  const [before, after] = [crd({ v1: { spec: fields({ a: text, b: text }) } }), crd({ v1: {} })];

  test('is refused with the objects that set it: the first three, and how many', async () => {
    for (const name of ['one', 'two', 'three', 'four', 'five']) cluster.put(widget(name, { b: 'x' }));
    cluster.put(widget('other', { a: 'x' }));
    expect((await losses(before, after)).refused).toEqual([
      'spec.b (v1): must be a field that the CRD has; got "b". Remove it: the API server would drop it. ' +
        'It is set in Widget cvat/one, Widget cvat/two, Widget cvat/three and 2 more, of 6 objects.',
    ]);
  });

  test('is a note when no object sets it', async () => {
    cluster.put(widget('one', { a: 'x' }));
    expect(await losses(before, after)).toEqual({ refused: [], notes: ['v1 loses spec.b; none of 1 object uses that'] });
  });

  test('is a note when there are no objects', async () => {
    expect(await losses(before, after)).toEqual({ refused: [], notes: ['v1 loses spec.b; there are no objects'] });
  });

  test('is named once for the items of a list', async () => {
    const list = (item: StructuralSchema): Manifest => crd({ v1: { spec: fields({ list: { type: 'array', items: item } }) } });
    cluster.put(widget('one', { list: [{ b: 'x' }, { a: 'x' }, { b: 'y' }] }));
    expect((await losses(list(fields({ a: text, b: text })), list(fields({ a: text })))).refused).toEqual([
      expect.stringMatching(/^spec\.list\[\]\.b \(v1\): .* It is set in Widget cvat\/one, of 1 object\.$/),
    ]);
  });

  test('does not count when its value is its default, or when it is in the status', async () => {
    cluster.put(widget('one', { b: 'default' }));
    const withDefault = crd({ v1: { spec: fields({ a: text, b: { ...text, default: 'default' } }) } });
    const withoutStatus = crd({ v1: {} });
    const { versions } = withoutStatus['spec'] as { versions: { schema: { openAPIV3Schema: { properties: { status: unknown } } } }[] };
    for (const version of versions) version.schema.openAPIV3Schema.properties.status = fields({});
    expect(await losses(withDefault, withoutStatus)).toEqual({
      refused: [],
      notes: ['v1 loses spec.b, status.seen; none of 1 object uses that'],
    });
  });

  test('does not count when it is a map of defaults', async () => {
    const map = { ...fields({ x: { ...text, default: 'default' }, y: text }), default: { y: 'one' } };
    const withDefaults = crd({ v1: { spec: fields({ a: text, b: map }) } });
    cluster.put(widget('one', { b: { x: 'default', y: 'one' } }));
    expect((await losses(withDefaults, after)).refused).toEqual([]);
    cluster.put(widget('one', { b: { x: 'mine', y: 'one' } }));
    expect((await losses(withDefaults, after)).refused).toHaveLength(1);
  });

  test('does not count when this deployment removes it from the object', async () => {
    cluster.put(widget('one', { b: 'x' }));
    const stages = distOf({ '10-one': [widget('one', { a: 'x' })] }).stages;
    expect((await losses(before, after, stages)).refused).toEqual([]);
    expect(cluster.writes).toEqual([]);
  });

  test('asks the API server only about objects of dist that use it', async () => {
    for (const name of ['one', 'two', 'three']) cluster.put(widget(name, name === 'one' ? { b: 'x' } : { a: 'x' }));
    const stages = distOf({ '10-one': [widget('one', { a: 'x' }), widget('two', { a: 'x' })] }).stages;
    await losses(before, after, stages);
    expect(cluster.asked.filter((line) => line.startsWith('dry run'))).toEqual(['dry run of Widget cvat/one by force']);
  });

  test('counts when dist keeps it, or when the API server does not say what dist leaves', async () => {
    cluster.put(widget('one', { b: 'x' }));
    const stages = distOf({ '10-one': [widget('one', { b: 'y' })] }).stages;
    expect((await losses(before, after, stages)).refused).toHaveLength(1);
    jest.spyOn(cluster, 'apply').mockRejectedValue(new ApiError(500, { message: '.spec.c: field not declared in schema' }));
    expect((await losses(before, after, distOf({ '10-one': [widget('one', { c: 'y' })] }).stages)).refused).toHaveLength(1);
  });
});

describe('a value that the CRD of dist does not accept', () => {
  const limited = (maximum: number): Manifest => crd({ v1: { spec: fields({ size: { type: 'integer', maximum } }) } });

  test('is refused with the objects that have it', async () => {
    cluster.put(widget('small', { size: 1 }));
    cluster.put(widget('large', { size: 9 }));
    expect((await losses(limited(10), limited(5))).refused).toEqual([
      'spec.size (v1): must be <= 5; got 9. Decrease it. It is set in Widget cvat/large, of 2 objects.',
    ]);
  });

  test('does not count when the CRD on the cluster does not accept it either', async () => {
    cluster.put(widget('large', { size: 11 }));
    expect((await losses(limited(10), limited(5))).refused).toEqual([]);
  });

  test('is not looked for in rules, which a note names', async () => {
    cluster.put(widget('one', { a: 'x' }));
    const ruled = crd({ v1: { spec: { ...fields({ a: text }), 'x-kubernetes-validations': [{ rule: 'self.a != "x"' }] } } });
    expect(await losses(crd({ v1: {} }), ruled)).toEqual({
      refused: [],
      notes: ['v1 has new rules for spec; the API server checks 1 object when they change'],
    });
  });
});

describe('a version that the CRD of dist does not have', () => {
  const [before, after] = [crd({ v1: {}, v2: {} }, { status: { storedVersions: ['v2'] } }), crd({ v2: {} })];
  const appliedIn = (version: string, operation = 'Apply', manager = 'kubectl'): object => ({
    managedFields: [{ manager, operation, apiVersion: `example.org/${version}`, fieldsType: 'FieldsV1', fieldsV1: {} }],
  });

  test('is refused while objects can be stored in it, with how to migrate them', async () => {
    cluster.put(widget('one', { a: 'x' }));
    const stored = crd({ v1: {}, v2: {} }, { status: { storedVersions: ['v1', 'v2'] } });
    expect((await losses(stored, after)).refused).toEqual([
      'version v1: is removed, and objects can be stored in it: Widget cvat/one. ' +
        'Write them again in version v2 (kubectl get … -o yaml | kubectl replace -f -), then run: ' +
        'kubectl patch crd widgets.example.org --subresource=status --type=merge -p \'{"status":{"storedVersions":["v2"]}}\'',
    ]);
  });

  test('is refused without objects, too, as the API server does', async () => {
    const stored = crd({ v1: {}, v2: {} }, { status: { storedVersions: ['v1', 'v2'] } });
    expect(await losses(stored, after)).toEqual({
      refused: [
        'version v1: is removed, and status.storedVersions has it, though there are no objects. Run: ' +
          'kubectl patch crd widgets.example.org --subresource=status --type=merge -p \'{"status":{"storedVersions":["v2"]}}\'',
      ],
      notes: [],
    });
  });

  test('is refused while the CRD on the cluster stores objects in it, which writing them again would not change', async () => {
    cluster.put(widget('one', { a: 'x' }));
    const stored = crd({ v2: {}, v1: {} }, { status: { storedVersions: ['v1'] } });
    expect((await losses(stored, after)).refused).toEqual([
      'version v1: is removed, and objects can be stored in it: Widget cvat/one. Deploy a CRD first that has both versions and stores v2.',
    ]);
  });

  test('is refused while something applies objects in it', async () => {
    cluster.put(widget('one', { a: 'x' }, 'v1', appliedIn('v1')));
    cluster.put(widget('two', { a: 'x' }, 'v1', appliedIn('v1', 'Update', 'kubectl-client-side-apply')));
    cluster.put(widget('three', { a: 'x' }, 'v1', appliedIn('v2')));
    cluster.put(widget('four', { a: 'x' }, 'v1', appliedIn('v1', 'Update', 'controller')));
    expect((await losses(before, after)).refused).toEqual([
      'version v1: is removed, and it is used by Widget cvat/one, Widget cvat/two. Apply them in version v2 first.',
    ]);
    expect((await losses(before, crd({ v1: { served: false }, v2: {} }))).refused).toEqual([
      expect.stringMatching(/^version v1: is no longer served, and it is used by/),
    ]);
  });

  test('does not count where dist applies the object in another version', async () => {
    cluster.put(widget('one', { a: 'x' }, 'v1', appliedIn('v1')));
    const stages = distOf({ '10-one': [widget('one', { a: 'x' }, 'v2')] }).stages;
    expect(await losses(before, after, stages)).toEqual({
      refused: [],
      notes: ['version v1: is removed; none of 1 object uses that'],
    });
  });
});

test('reads no object while nothing is lost', async () => {
  cluster.put(widget('one', { b: 'x' }));
  expect(await losses(crd({ v1: {} }), crd({ v1: { spec: fields({ a: text, b: text }) }, v2: {} }))).toEqual({ refused: [], notes: [] });
  expect(cluster.asked).toEqual([]);
});

test('refuses what RBAC does not let it check', async () => {
  jest.spyOn(cluster, 'list').mockRejectedValue(new ApiError(403, { reason: 'Forbidden' }));
  expect((await losses(crd({ v1: { spec: fields({ b: text }) } }), crd({ v1: { spec: fields({}) } }))).refused).toEqual([
    'loses spec.b, and RBAC denies list Widget in all namespaces: ask an administrator to deploy.',
  ]);
});

describe('a deployment', () => {
  const [before, after] = [crd({ v1: { spec: fields({ a: text, b: text }) } }), crd({ v1: {} })];
  const dist = distOf({ '10-crd': [after] });
  const live = (): Map<string, ReturnType<MemoryCluster['put']>> => new Map([[idOf(keyOf(after)), cluster.put(before)]]);

  test('is refused with all CRDs whose objects lose something', async () => {
    cluster.put(widget('one', { b: 'x' }));
    await expect(refuseCrdLosses(cluster, dist.stages, dist.stages, live())).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(
        /^Nothing was applied: objects on the cluster use what a CRD of dist does not have\.\n\n {2}CustomResourceDefinition widgets\.example\.org\n {4}spec\.b \(v1\)/,
      ) as string,
    });
  });

  test('notes what no object uses', async () => {
    expect(await refuseCrdLosses(cluster, dist.stages, dist.stages, live())).toEqual([
      { stage: '10-crd', object: NAME, message: 'v1 loses spec.b; there are no objects' },
    ]);
  });

  test('is shown by diff, with the refusal or the note', async () => {
    const session = sessionOn(cluster);
    const options = { stages: [], force: false, deleteData: false };
    cluster.put(before);
    expect(await compare(session, dist, options)).toEqual([
      expect.objectContaining({ object: NAME, notes: ['v1 loses spec.b; there are no objects'] }),
    ]);
    cluster.put(widget('one', { b: 'x' }));
    expect(await compare(session, dist, options)).toEqual([
      expect.objectContaining({ object: NAME, refusal: expect.stringContaining('It is set in Widget cvat/one') as string }),
    ]);
  });
});
