import type { Manifest } from '../../../manifests/manifest';
import { customResourcesOf } from '../../../cluster/delete/custom-resources';
import { MemoryCluster } from '../support/memory-cluster';
import { definition, manifest } from '../support/objects';
import { sessionOn } from '../support/session';

const ONE = manifest('example.org/v2 Widget cvat/one');
const ELSEWHERE = manifest('example.org/v2 Widget else/two');

function widgets(...versions: { name: string; served: boolean }[]): Manifest {
  return { ...definition('Widget'), spec: { group: 'example.org', names: { kind: 'Widget' }, versions } };
}
const SERVED = widgets({ name: 'v1', served: false }, { name: 'v2', served: true });

test('the objects of a definition are those of a version that is served, anywhere in the cluster', async () => {
  const found = await customResourcesOf(sessionOn(new MemoryCluster(SERVED, ONE, ELSEWHERE)), 'widgets.example.org');
  expect(found.map(({ metadata }) => metadata.name)).toEqual(['one', 'two']);
});

test('there are none of a definition that is not there', async () => {
  expect(await customResourcesOf(sessionOn(new MemoryCluster(ONE)), 'widgets.example.org')).toEqual([]);
});

test('of a definition that serves no version, nobody knows', async () => {
  const unserved = widgets({ name: 'v2', served: false });
  await expect(customResourcesOf(sessionOn(new MemoryCluster(unserved, ONE)), 'widgets.example.org')).rejects.toThrow(
    'nobody knows which objects are left',
  );
});

test('a definition that is there, and whose kind is not served yet, is waited for', async () => {
  const session = sessionOn(new MemoryCluster(SERVED, ONE));
  session.cluster.unserved.add('Widget');
  session.clock.after(10_000, () => session.cluster.unserved.clear());
  expect(await customResourcesOf(session, 'widgets.example.org')).toHaveLength(1);
  expect(session.cluster.asked).toContain('rediscover');
});

test('and when it never is, nobody says that there are none', async () => {
  const session = sessionOn(new MemoryCluster(SERVED, ONE));
  session.cluster.unserved.add('Widget');
  await expect(customResourcesOf(session, 'widgets.example.org')).rejects.toThrow(
    'The definition widgets.example.org is there, but the API server does not serve its kind: nobody knows which objects are left.',
  );
});
