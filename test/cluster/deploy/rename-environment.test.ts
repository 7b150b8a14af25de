import { renameEnvironment } from '../../../cluster/deploy/rename-environment';
import { type Entry, Inventory } from '../../../cluster/inventory';
import { ENVIRONMENT_LABEL } from '../../../manifests/contract';
import { keyOf, type Manifest } from '../../../manifests/manifest';
import { labelledBy } from '../support/labelled-by';
import { MemoryCluster } from '../support/memory-cluster';
import { distOf, manifest } from '../support/objects';
import { sessionOn } from '../support/session';

const of = (environment: string) => ({ labels: { [ENVIRONMENT_LABEL]: environment } });
const NAMESPACE = manifest('v1 Namespace cvat', { metadata: of('old') });
const SETTINGS = manifest('v1 ConfigMap cvat/settings', { metadata: of('old') });
const ADOPTED = manifest('v1 ConfigMap cvat/adopted', { metadata: of('old') });
const BY_HAND = manifest('v1 ConfigMap cvat/labelled', { metadata: { ...of('old'), managedFields: labelledBy('kubectl-label') } });
const LEFT = manifest('v1 PersistentVolumeClaim cvat/left', { metadata: { labels: {} } });
const LOST = manifest('v1 ConfigMap cvat/deleted-by-hand', { metadata: of('old') });
const FOREIGN = manifest('v1 ConfigMap cvat/theirs', { metadata: of('other') });

/** A cluster on which the environment `old` was deployed. */
class Deployed extends MemoryCluster {
  /** The number of writes after which the process is killed. */
  writesLeft = Infinity;

  static async create(): Promise<Deployed> {
    const cluster = new Deployed(NAMESPACE, SETTINGS, ADOPTED, BY_HAND, LEFT, FOREIGN);
    const inventory = await Inventory.read(cluster, 'old');
    const entry = (object: Manifest, note?: Entry['note']): Entry => ({ ...keyOf(object), ...(note !== undefined && { note }) });
    await inventory.add('10-one', [entry(NAMESPACE, 'created'), entry(SETTINGS), entry(ADOPTED, 'adopted')]);
    await inventory.add('20-two', [entry(BY_HAND), entry(LOST)]);
    await inventory.add('30-three', [entry(LEFT, 'left by release')]);
    cluster.asked.length = 0;
    return cluster;
  }

  override apply(...args: Parameters<MemoryCluster['apply']>): ReturnType<MemoryCluster['apply']> {
    return this.write(() => super.apply(...args));
  }

  override patch(...args: Parameters<MemoryCluster['patch']>): ReturnType<MemoryCluster['patch']> {
    return this.write(() => super.patch(...args));
  }

  override delete(...args: Parameters<MemoryCluster['delete']>): Promise<void> {
    return this.write(() => super.delete(...args));
  }

  private async write<Answer>(act: () => Promise<Answer>): Promise<Answer> {
    if (this.writesLeft-- <= 0) throw new Error('killed');
    return act();
  }

  /** The labels and contents of everything, by name. */
  async state(): Promise<Record<string, unknown>> {
    const kinds = ['Namespace', 'ConfigMap', 'PersistentVolumeClaim'];
    const lists = await Promise.all(kinds.map((kind) => this.list({ apiVersion: 'v1', kind })));
    return Object.fromEntries(lists.flat().map(({ metadata, data }) => [metadata.name, { labels: metadata.labels, data }]));
  }

  uidOf(object: Manifest): Promise<string | undefined> {
    return this.get(keyOf(object)).then((live) => live?.metadata.uid);
  }
}

const dist = { ...distOf({ '10-one': [NAMESPACE, SETTINGS, ADOPTED] }), environment: 'new' };
const LINES = {
  '10-one': 'v1 ConfigMap cvat/adopted (adopted)\nv1 ConfigMap cvat/settings\nv1 Namespace cvat (created)',
  '20-two': 'v1 ConfigMap cvat/deleted-by-hand\nv1 ConfigMap cvat/labelled',
  '30-three': 'v1 PersistentVolumeClaim cvat/left (left by release)',
};
const RENAMED = {
  cvat: of('new'),
  settings: of('new'),
  adopted: of('new'),
  // Neither was labelled by us.
  labelled: of('old'),
  left: { labels: {} },
  theirs: of('other'),
  'third-party-platform-new': { labels: { 'app.kubernetes.io/managed-by': 'third-party-platform' }, data: LINES },
};

test('moves the inventory with its notes, and changes the label of what is ours and nothing else', async () => {
  const cluster = await Deployed.create();
  const uid = await cluster.uidOf(SETTINGS);
  const inventory = await renameEnvironment(sessionOn(cluster), dist, 'old');
  expect(await cluster.state()).toEqual(RENAMED);
  expect(await cluster.uidOf(SETTINGS)).toBe(uid);
  expect([NAMESPACE, ADOPTED, LEFT, SETTINGS].map((object) => inventory.noteOf(keyOf(object)))).toEqual([
    'created',
    'adopted',
    'left by release',
    undefined,
  ]);
});

test('has the same result when it is run again after an interruption at any write', async () => {
  let isInterrupted = true;
  for (let writes = 0; isInterrupted; writes++) {
    const cluster = await Deployed.create();
    cluster.writesLeft = writes;
    isInterrupted = await renameEnvironment(sessionOn(cluster), dist, 'old').then(
      () => false,
      () => true,
    );
    cluster.writesLeft = Infinity;
    await renameEnvironment(sessionOn(cluster), dist, 'old');
    expect(await cluster.state()).toEqual(RENAMED);
  }
});

test('writes nothing when it was done before', async () => {
  const cluster = await Deployed.create();
  await renameEnvironment(sessionOn(cluster), dist, 'old');
  cluster.asked.length = 0;
  const inventory = await renameEnvironment(sessionOn(cluster), dist, 'old');
  expect(cluster.writes).toEqual([]);
  expect(inventory.stages).toEqual(Object.keys(LINES));
});

test('refuses an environment that was not deployed', async () => {
  const cluster = await Deployed.create();
  await expect(renameEnvironment(sessionOn(cluster), dist, 'older')).rejects.toThrow(
    '--rename-from: must be an environment that was deployed to this cluster; got "older".',
  );
  expect(cluster.writes).toEqual([]);
});

test('refuses when the new environment has objects of its own', async () => {
  const cluster = await Deployed.create();
  await (await Inventory.read(cluster, 'new')).add('10-one', [keyOf(FOREIGN)]);
  cluster.asked.length = 0;
  await expect(renameEnvironment(sessionOn(cluster), dist, 'old')).rejects.toThrow(
    '--rename-from: environment "new" must not exist on this cluster; it has 1 objects. Destroy one of the two first.',
  );
  expect(cluster.writes).toEqual([]);
});
