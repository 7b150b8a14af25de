import { withDefaultNamespace, readLive } from '../../../cluster/objects/live';
import { keyOf } from '../../../manifests/manifest';
import { MemoryCluster } from '../support/memory-cluster';
import { manifest } from '../support/objects';

test('an object without a namespace goes where kubectl would put it, if its kind is in any', async () => {
  const cluster = new MemoryCluster();
  expect((await withDefaultNamespace(cluster, manifest('v1 ConfigMap one'))).metadata.namespace).toBe('here');
  expect((await withDefaultNamespace(cluster, manifest('v1 ConfigMap cvat/one'))).metadata.namespace).toBe('cvat');
  expect((await withDefaultNamespace(cluster, manifest('v1 Namespace cvat'))).metadata.namespace).toBeUndefined();
  cluster.unserved.add('Widget');
  expect((await withDefaultNamespace(cluster, manifest('example.org/v1 Widget one'))).metadata.namespace).toBeUndefined();
});

test('what is on the cluster is asked for by kind and namespace, and only what lacks the label by its name', async () => {
  const [one, two, other] = ['v1 ConfigMap cvat/one', 'v1 ConfigMap cvat/two', 'v1 ConfigMap else/other'].map((what) => manifest(what));
  const unlabelled = manifest('v1 ConfigMap cvat/unlabelled', { metadata: { labels: {} } });
  const gone = manifest('v1 Namespace gone');
  const wanted = [one, two, other, unlabelled, gone].flatMap((object) => object ?? []);
  const cluster = new MemoryCluster(...wanted.filter((object) => object !== gone), manifest('v1 ConfigMap cvat/not-asked-for'));
  const live = await readLive(cluster, 'local', wanted.map(keyOf));
  expect(wanted.map((object) => live.has(`${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`))).toEqual([
    true,
    true,
    true,
    true,
    false,
  ]);
  expect(cluster.asked).toEqual([
    'list ConfigMap cvat platform.kapernikov.com/environment=local',
    'list ConfigMap else platform.kapernikov.com/environment=local',
    'list Namespace * platform.kapernikov.com/environment=local',
    'get ConfigMap cvat/unlabelled',
    'get Namespace gone',
  ]);
});

test('of many objects that are not listed, only those whose names exist are asked for', async () => {
  const cluster = new MemoryCluster(
    manifest('v1 ConfigMap cvat/object-3', { metadata: { labels: {} } }),
    manifest('v1 ConfigMap else/object-4', { metadata: { labels: {} } }),
    manifest('v1 ConfigMap cvat/of-others', { metadata: { labels: {} } }),
  );
  const wanted = [1, 2, 3, 4, 5].map((number) => keyOf(manifest(`v1 ConfigMap cvat/object-${number}`)));
  expect([...(await readLive(cluster, 'local', wanted)).keys()]).toEqual(['ConfigMap cvat/object-3']);
  expect(cluster.asked).toEqual([
    'list ConfigMap cvat platform.kapernikov.com/environment=local',
    'names ConfigMap cvat',
    'get ConfigMap cvat/object-3',
  ]);
});

test('in a namespace with very many objects of others, each object is asked for by its name', async () => {
  const others = Array.from({ length: 501 }, (_, index) => manifest(`v1 ConfigMap cvat/of-others-${index}`, { metadata: { labels: {} } }));
  const cluster = new MemoryCluster(...others, manifest('v1 ConfigMap cvat/object-1', { metadata: { labels: {} } }));
  const wanted = [1, 2, 3, 4, 5].map((number) => keyOf(manifest(`v1 ConfigMap cvat/object-${number}`)));
  expect([...(await readLive(cluster, 'local', wanted)).keys()]).toEqual(['ConfigMap cvat/object-1']);
  expect(cluster.asked.filter((asked) => asked.startsWith('get '))).toHaveLength(5);
});
