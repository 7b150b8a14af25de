import { type Manifest, keyOf } from '../../../manifests/manifest';
import type { DeletionResult } from '../../../cluster/delete/deletion';
import { Inventory } from '../../../cluster/inventory';
import { prune } from '../../../cluster/deploy/prune';
import { distOf, manifest } from '../support/objects';
import { sessionOn, type TestSession } from '../support/session';

const [ONE, TWO, VOLUME] = [
  manifest('v1 ConfigMap cvat/one'),
  manifest('v1 ConfigMap cvat/two'),
  manifest('v1 PersistentVolumeClaim cvat/data'),
];

let session: TestSession;
beforeEach(() => (session = sessionOn()));

/** Prunes what was deployed, by stage, for a dist that has something else by now. */
async function after(
  deployed: Readonly<Record<string, readonly Manifest[]>>,
  dist: Readonly<Record<string, readonly Manifest[]>>,
  { stages = [], deleteData = false }: { stages?: readonly string[]; deleteData?: boolean } = {},
): Promise<DeletionResult> {
  const { cluster } = session;
  const inventory = await Inventory.read(cluster, 'local');
  for (const [stage, objects] of Object.entries(deployed)) {
    for (const object of objects) cluster.put(object);
    await inventory.add(stage, objects.map(keyOf));
  }
  cluster.asked.length = 0;
  return prune(session, distOf(dist), { inventory, stages, deleteData, deleteNamespaceContents: false, timeoutMilliseconds: 60_000 });
}
const stored = async (): Promise<unknown> =>
  (await session.cluster.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'third-party-platform-local' }))?.['data'];

test('writes nothing when all objects of the inventory are in dist', async () => {
  expect(await after({ '10-one': [ONE] }, { '10-one': [ONE, TWO] })).toEqual({ deleted: 0, kept: [], refused: [] });
  expect(session.cluster.writes).toEqual([]);
});

test('deletes objects that are no longer in dist and removes them from the inventory, also a whole stage', async () => {
  expect(await after({ '10-one': [ONE, TWO], '20-gone': [manifest('v1 Secret cvat/x')] }, { '10-one': [ONE] })).toMatchObject({
    deleted: 2,
  });
  expect(session.reporter.lines).toContain('applied ConfigMap cvat/two pruned');
  expect(session.cluster.names).toEqual(['ConfigMap cvat/one', 'ConfigMap default/third-party-platform-local']);
  expect(session.cluster.writes.filter((write) => write.startsWith('delete'))).toEqual([
    'delete Secret cvat/x',
    'delete ConfigMap cvat/two',
  ]);
  expect(await stored()).toEqual({ '10-one': 'v1 ConfigMap cvat/one' });
});

test('keeps an object that has moved to another stage, and removes it from the inventory of the first', async () => {
  expect(await after({ '10-one': [ONE], '20-two': [ONE, TWO] }, { '20-two': [ONE, TWO] })).toEqual({ deleted: 0, kept: [], refused: [] });
  expect(session.cluster.names).toContain('ConfigMap cvat/one');
  expect(await stored()).toEqual({ '20-two': 'v1 ConfigMap cvat/one\nv1 ConfigMap cvat/two' });
});

test('keeps an object whose apiVersion has changed in dist', async () => {
  const [before, now] = ['v1beta1', 'v1'].map((version) => manifest(`example.org/${version} Widget cvat/one`)) as [Manifest, Manifest];
  expect(await after({ '10-one': [before] }, { '10-one': [now] })).toMatchObject({ deleted: 0 });
});

test('prunes only the given stages', async () => {
  expect(await after({ '10-one': [ONE], '20-two': [TWO] }, { '10-one': [], '20-two': [] }, { stages: ['two'] })).toMatchObject({
    deleted: 1,
  });
  expect(session.cluster.names).toContain('ConfigMap cvat/one');
});

test('keeps objects that hold data unless --delete-data is given', async () => {
  expect(await after({ '10-one': [VOLUME] }, { '10-one': [] })).toEqual({
    deleted: 0,
    kept: [{ object: 'PersistentVolumeClaim cvat/data', reason: 'holds data: its volume' }],
    refused: [],
  });
  expect(await stored()).toEqual({ '10-one': 'v1 PersistentVolumeClaim cvat/data' });
  expect(await after({}, { '10-one': [] }, { deleteData: true })).toMatchObject({ deleted: 1 });
});

test('removes an object that was deleted by hand from the inventory', async () => {
  const inventory = await Inventory.read(session.cluster, 'local');
  await inventory.add('10-one', [keyOf(ONE)]);
  expect(await after({}, { '10-one': [] })).toEqual({ deleted: 0, kept: [], refused: [] });
  expect(await stored()).toBeUndefined();
});
