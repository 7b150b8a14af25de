import type { Manifest } from '../../../manifests/manifest';
import { customResourcesOf } from '../../../cluster/delete/custom-resources';
import { MemoryCluster } from '../support/memory-cluster';
import { crd, manifest } from '../support/objects';
import { sessionOn } from '../support/session';

const ONE = manifest('example.org/v2 Widget cvat/one');
const ELSEWHERE = manifest('example.org/v2 Widget else/two');

function widgets(...versions: { name: string; served: boolean }[]): Manifest {
  return { ...crd('Widget'), spec: { group: 'example.org', names: { kind: 'Widget' }, versions } };
}
const SERVED = widgets({ name: 'v1', served: false }, { name: 'v2', served: true });

test('lists a served version of the CRD in all namespaces', async () => {
  const found = await customResourcesOf(sessionOn(new MemoryCluster(SERVED, ONE, ELSEWHERE)), 'widgets.example.org');
  expect(found.map(({ metadata }) => metadata.name)).toEqual(['one', 'two']);
});

test('is empty when the CRD is not found', async () => {
  expect(await customResourcesOf(sessionOn(new MemoryCluster(ONE)), 'widgets.example.org')).toEqual([]);
});

test('fails when the CRD serves no version', async () => {
  const unserved = widgets({ name: 'v2', served: false });
  await expect(customResourcesOf(sessionOn(new MemoryCluster(unserved, ONE)), 'widgets.example.org')).rejects.toThrow(
    'so its objects cannot be listed',
  );
});

test('waits while the kind of the CRD is not served yet', async () => {
  const session = sessionOn(new MemoryCluster(SERVED, ONE));
  session.cluster.unserved.add('Widget');
  session.clock.after(10_000, () => session.cluster.unserved.clear());
  expect(await customResourcesOf(session, 'widgets.example.org')).toHaveLength(1);
  expect(session.cluster.asked).toContain('rediscover');
});

test('fails when the kind is never served', async () => {
  const session = sessionOn(new MemoryCluster(SERVED, ONE));
  session.cluster.unserved.add('Widget');
  await expect(customResourcesOf(session, 'widgets.example.org')).rejects.toThrow(
    'CustomResourceDefinition widgets.example.org exists, but the API server does not serve its kind, so its objects cannot be listed. Try again.',
  );
});
