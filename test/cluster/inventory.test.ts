import fc from 'fast-check';
import { ApiError } from '../../cluster/api/api-error';
import { Inventory } from '../../cluster/inventory';
import { formatKey, type ObjectKey } from '../../manifests/manifest';
import { CommandProblem } from '../../cluster/problem';
import { MemoryCluster } from './support/memory-cluster';

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'third-party-platform-local' };

const NAMESPACE: ObjectKey = { apiVersion: 'v1', kind: 'Namespace', name: 'cvat' };
const JOB: ObjectKey = { apiVersion: 'batch/v1', kind: 'Job', namespace: 'cvat', name: 'one' };
const ROLE: ObjectKey = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: 'system:controller:one' };

async function dataOn(cluster: MemoryCluster): Promise<unknown> {
  return (await cluster.get(CONFIG_MAP))?.['data'];
}

test('before the first deploy there is none', async () => {
  const inventory = await Inventory.read(new MemoryCluster(), 'local');
  expect([inventory.stages, inventory.of('10-one'), inventory.has(JOB)]).toEqual([[], [], false]);
});

test('it is a ConfigMap with a line for each object, in a stage of its own', async () => {
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

test('each environment has its own', async () => {
  const cluster = new MemoryCluster();
  await (await Inventory.read(cluster, 'local')).add('10-one', [JOB]);
  expect((await Inventory.read(cluster, 'production')).stages).toEqual([]);
});

test('what is written down already is not written again', async () => {
  const cluster = new MemoryCluster();
  const inventory = await Inventory.read(cluster, 'local');
  await inventory.add('10-one', [JOB]);
  const before = cluster.writes.length;
  await inventory.add('10-one', [JOB]);
  await (await Inventory.read(cluster, 'local')).add('10-one', [JOB]);
  expect(cluster.writes).toHaveLength(before);
});

test('what is gone is crossed out, a stage with its last object, and the ConfigMap with its last stage', async () => {
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

test('somebody else who deploys at the same time is noticed, and nothing of theirs is lost', async () => {
  const cluster = new MemoryCluster();
  const mine = await Inventory.read(cluster, 'local');
  await mine.add('10-one', [NAMESPACE]);
  await (await Inventory.read(cluster, 'local')).add('10-one', [ROLE]);
  const problem = await mine.add('10-one', [JOB]).catch((error: unknown) => error);
  expect(problem).toEqual(
    new CommandProblem(
      'ConfigMap default/third-party-platform-local has changed in the meantime: somebody else deploys or destroys this environment right now. Try again when that is done.',
    ),
  );
  expect((problem as CommandProblem).exitCode).toBe(1);
  expect([mine.has(JOB), (await Inventory.read(cluster, 'local')).has(ROLE)]).toEqual([false, true]);
});

test('two first deploys at once do not take each other’s objects out of it', async () => {
  const cluster = new MemoryCluster();
  const [mine, theirs] = [await Inventory.read(cluster, 'local'), await Inventory.read(cluster, 'local')];
  await theirs.add('20-two', [ROLE]);
  await expect(mine.add('10-one', [JOB])).rejects.toThrow('somebody else deploys or destroys this environment right now');
  expect((await Inventory.read(cluster, 'local')).has(ROLE)).toBe(true);
});

test('a write whose answer was lost, and which was sent again, is no write of somebody else', async () => {
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

test('another refusal of the API server is told as it is', async () => {
  const cluster = new MemoryCluster();
  const refusal = new ApiError(403, { message: 'no' });
  jest.spyOn(cluster, 'apply').mockRejectedValue(refusal);
  await expect((await Inventory.read(cluster, 'local')).add('10-one', [JOB])).rejects.toBe(refusal);
});

test('more than a ConfigMap can hold is a problem before it is one of the API server', async () => {
  const many = Array.from({ length: 20_000 }, (_, index) => ({ ...JOB, name: `${'long-'.repeat(10)}${index}` }));
  const cluster = new MemoryCluster();
  await expect((await Inventory.read(cluster, 'local')).add('10-one', many)).rejects.toThrow(
    'There are too many objects for one ConfigMap',
  );
  expect(cluster.writes).toEqual([]);
});

test('a line that nobody can read is a problem: the object that it means would be forgotten', async () => {
  const { name, namespace, ...kind } = CONFIG_MAP;
  const metadata = { name, namespace, labels: { 'app.kubernetes.io/managed-by': 'third-party-platform' } };
  const cluster = new MemoryCluster({ ...kind, metadata, data: { '10-one': 'v1 Namespace cvat\nsomething else' } });
  await expect(Inventory.read(cluster, 'local')).rejects.toThrow('has a line that nobody here has written: "something else"');
});

test('an object that is applied in another version now is written down in that', async () => {
  const inventory = await Inventory.read(new MemoryCluster(), 'local');
  await inventory.add('10-one', [{ ...JOB, apiVersion: 'batch/v1beta1' }]);
  await inventory.add('10-one', [JOB]);
  expect(inventory.of('10-one')).toEqual([JOB]);
});

test('every name that Kubernetes allows is read as it was written', async () => {
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
