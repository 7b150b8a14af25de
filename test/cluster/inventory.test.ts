import fc from 'fast-check';
import { ApiError } from '../../cluster/api/api-error';
import { Inventory } from '../../cluster/inventory';
import { formatKey, idOf, type ObjectKey } from '../../manifests/manifest';
import { CommandProblem } from '../../cluster/problem';
import { MemoryCluster } from './support/memory-cluster';

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'third-party-platform-local' };

const NAMESPACE: ObjectKey = { apiVersion: 'v1', kind: 'Namespace', name: 'cvat' };
const JOB: ObjectKey = { apiVersion: 'batch/v1', kind: 'Job', namespace: 'cvat', name: 'one' };
const ROLE: ObjectKey = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: 'system:controller:one' };

async function dataOn(cluster: MemoryCluster): Promise<unknown> {
  return (await cluster.get(CONFIG_MAP))?.['data'];
}

test('is empty before the first deploy', async () => {
  const inventory = await Inventory.read(new MemoryCluster(), 'local');
  expect([inventory.stages, inventory.of('10-one'), inventory.has(JOB)]).toEqual([[], [], false]);
});

test('is a ConfigMap with a line for each object, by stage', async () => {
  const cluster = new MemoryCluster();
  const inventory = await Inventory.read(cluster, 'local');
  await inventory.add('20-two', [ROLE]);
  await inventory.add('10-one', [NAMESPACE, JOB]);
  expect(await dataOn(cluster)).toEqual({
    '10-one': 'batch/v1 Job cvat/one\nv1 Namespace cvat',
    '20-two': 'rbac.authorization.k8s.io/v1 ClusterRole system:controller:one',
  });
  const again = await Inventory.read(cluster, 'local');
  expect([again.stages, again.of('20-two')]).toEqual([['10-one', '20-two'], [ROLE]]);
  expect([again.has(JOB), again.has({ ...JOB, namespace: 'other' }), again.has({ ...JOB, apiVersion: 'batch/v1beta1' })]).toEqual([
    true,
    false,
    true,
  ]);
});

test('is separate for each environment', async () => {
  const cluster = new MemoryCluster();
  await (await Inventory.read(cluster, 'local')).add('10-one', [JOB]);
  expect((await Inventory.read(cluster, 'production')).stages).toEqual([]);
});

test('does not write objects that it has', async () => {
  const cluster = new MemoryCluster();
  const inventory = await Inventory.read(cluster, 'local');
  await inventory.add('10-one', [JOB]);
  const before = cluster.writes.length;
  await inventory.add('10-one', [JOB]);
  await (await Inventory.read(cluster, 'local')).add('10-one', [JOB]);
  expect(cluster.writes).toHaveLength(before);
});

test('removes deleted objects, a stage with its last object, and the ConfigMap with its last stage', async () => {
  const cluster = new MemoryCluster();
  const inventory = await Inventory.read(cluster, 'local');
  await inventory.add('10-one', [NAMESPACE, JOB]);
  await inventory.add('20-two', [ROLE]);
  await inventory.remove('10-one', [JOB, ROLE]);
  expect(await dataOn(cluster)).toEqual({ '10-one': 'v1 Namespace cvat', '20-two': expect.any(String) as string });
  await inventory.remove('10-one', [NAMESPACE]);
  expect(await dataOn(cluster)).toEqual({ '20-two': expect.any(String) as string });
  await inventory.remove('20-two', [ROLE]);
  expect(await dataOn(cluster)).toBeUndefined();
  await inventory.remove('20-two', [ROLE]);
  await inventory.add('10-one', [JOB]);
  expect(await dataOn(cluster)).toEqual({ '10-one': 'batch/v1 Job cvat/one' });
});

test('reports a concurrent deploy and keeps the objects of both', async () => {
  const cluster = new MemoryCluster();
  const mine = await Inventory.read(cluster, 'local');
  await mine.add('10-one', [NAMESPACE]);
  await (await Inventory.read(cluster, 'local')).add('10-one', [ROLE]);
  const problem = await mine.add('10-one', [JOB]).catch((error: unknown) => error);
  expect(problem).toEqual(
    new CommandProblem(
      'ConfigMap default/third-party-platform-local has changed meanwhile: another deploy or destroy of this environment is running. Try again when it has finished.',
    ),
  );
  expect((problem as CommandProblem).exitCode).toBe(1);
  expect([mine.has(JOB), (await Inventory.read(cluster, 'local')).has(ROLE)]).toEqual([false, true]);
});

test('keeps the objects of two concurrent first deploys', async () => {
  const cluster = new MemoryCluster();
  const [mine, theirs] = [await Inventory.read(cluster, 'local'), await Inventory.read(cluster, 'local')];
  await theirs.add('20-two', [ROLE]);
  await expect(mine.add('10-one', [JOB])).rejects.toThrow('another deploy or destroy of this environment is running');
  expect((await Inventory.read(cluster, 'local')).has(ROLE)).toBe(true);
});

test('accepts a conflict with its own write whose response was lost', async () => {
  const cluster = new MemoryCluster();
  const inventory = await Inventory.read(cluster, 'local');
  await inventory.add('10-one', [NAMESPACE]);
  const patch = cluster.patch.bind(cluster);
  jest.spyOn(cluster, 'patch').mockImplementationOnce(async (key, change) => {
    await patch(key, change);
    throw new ApiError(409, { reason: 'Conflict' });
  });
  await inventory.add('10-one', [JOB]);
  await inventory.add('20-two', [ROLE]);
  expect((await Inventory.read(cluster, 'local')).stages).toEqual(['10-one', '20-two']);
});

test('passes on another refusal unchanged', async () => {
  const cluster = new MemoryCluster();
  const refusal = new ApiError(403, { message: 'no' });
  jest.spyOn(cluster, 'apply').mockRejectedValue(refusal);
  await expect((await Inventory.read(cluster, 'local')).add('10-one', [JOB])).rejects.toBe(refusal);
});

test('reports too many objects for a ConfigMap before the API server does', async () => {
  const many = Array.from({ length: 20_000 }, (_, index) => ({ ...JOB, name: `${'long-'.repeat(10)}${index}` }));
  const cluster = new MemoryCluster();
  await expect((await Inventory.read(cluster, 'local')).add('10-one', many)).rejects.toThrow(
    'there are too many objects for one ConfigMap',
  );
  expect(cluster.writes).toEqual([]);
});

test('reports an invalid line', async () => {
  const { name, namespace, ...kind } = CONFIG_MAP;
  const metadata = { name, namespace, labels: { 'app.kubernetes.io/managed-by': 'third-party-platform' } };
  const cluster = new MemoryCluster({ ...kind, metadata, data: { '10-one': 'v1 Namespace cvat\nsomething else' } });
  await expect(Inventory.read(cluster, 'local')).rejects.toThrow('contains an invalid line: "something else"');
});

test('replaces the apiVersion of an object', async () => {
  const inventory = await Inventory.read(new MemoryCluster(), 'local');
  await inventory.add('10-one', [{ ...JOB, apiVersion: 'batch/v1beta1' }]);
  await inventory.add('10-one', [JOB]);
  expect(inventory.of('10-one')).toEqual([JOB]);
});

test('reads every valid name as it was written', async () => {
  const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
  // Of roles and bindings nearly anything may be a name: `system:node:1`, `Admin@example.org`.
  const name = fc.oneof(label, fc.stringMatching(/^[A-Za-z0-9:@._-]{1,20}$/));
  const key = fc
    .record({
      apiVersion: fc.oneof(
        fc.constant('v1'),
        label.map((group) => `${group}.example.org/v1beta1`),
      ),
      kind: fc.stringMatching(/^[A-Z][A-Za-z]{0,10}$/),
      namespace: fc.option(label, { nil: undefined }),
      name,
    })
    .map(({ namespace, ...rest }): ObjectKey => ({ ...rest, ...(namespace !== undefined && { namespace }) }));
  const unique = fc.uniqueArray(key, {
    minLength: 1,
    maxLength: 5,
    selector: ({ apiVersion, ...rest }) => `${apiVersion} ${formatKey(rest)}`,
  });
  await fc.assert(
    fc.asyncProperty(unique, async (keys) => {
      const cluster = new MemoryCluster();
      await (await Inventory.read(cluster, 'local')).add('10-one', keys);
      const read = (await Inventory.read(cluster, 'local')).of('10-one');
      expect(new Set(read.map((each) => JSON.stringify(each)))).toEqual(
        new Set(keys.map(({ apiVersion, kind, namespace, name: own }) => JSON.stringify({ apiVersion, kind, namespace, name: own }))),
      );
    }),
    { seed: 1 },
  );
});

describe('a note', () => {
  test('is kept when the object is added again, also to another stage', async () => {
    const cluster = new MemoryCluster();
    const inventory = await Inventory.read(cluster, 'local');
    await inventory.add('10-one', [{ ...NAMESPACE, note: 'created' }]);
    await inventory.add('10-one', [NAMESPACE]);
    await inventory.add('20-two', [NAMESPACE]);
    await inventory.remove('10-one', [NAMESPACE]);
    const read = await Inventory.read(cluster, 'local');
    expect([read.stages, read.noteOf(NAMESPACE)]).toEqual([['20-two'], 'created']);
  });

  test('can be replaced and removed', async () => {
    const cluster = new MemoryCluster();
    const inventory = await Inventory.read(cluster, 'local');
    await inventory.add('10-one', [{ ...NAMESPACE, note: 'created' }]);
    await inventory.setNotes('10-one', new Map([[idOf(NAMESPACE), 'adopted']]));
    expect((await Inventory.read(cluster, 'local')).noteOf(NAMESPACE)).toBe('adopted');
    await inventory.setNotes('10-one', new Map([[idOf(NAMESPACE), undefined]]));
    expect((await Inventory.read(cluster, 'local')).noteOf(NAMESPACE)).toBeUndefined();
  });
});

test('refuses another installation with the same environment, and accepts the same and an unknown one', async () => {
  const cluster = new MemoryCluster();
  await (await Inventory.read(cluster, 'local', 'github.com/acme/platform')).add('10-one', [JOB]);
  await expect(Inventory.read(cluster, 'local', 'github.com/other/platform')).rejects.toThrow(
    'Environment "local" on this cluster was deployed from github.com/acme/platform; this is github.com/other/platform.',
  );
  await Inventory.read(cluster, 'local', 'github.com/acme/platform');
  await Inventory.read(cluster, 'local');
  await Inventory.read(cluster, 'production', 'github.com/other/platform');
});
