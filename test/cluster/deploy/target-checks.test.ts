import { Inventory } from '../../../cluster/inventory';
import { keyOf } from '../../../manifests/manifest';
import { refuseOtherEnvironment, refuseOtherNamespace } from '../../../cluster/deploy/target-checks';
import { MemoryCluster } from '../support/memory-cluster';
import { distOf, manifest } from '../support/objects';

const HOMELESS = manifest('v1 ConfigMap one');

test('an object without a namespace must go where the last deploy has put it', async () => {
  const cluster = new MemoryCluster();
  const inventory = await Inventory.read(cluster, 'local');
  expect(() => refuseOtherNamespace(cluster, [HOMELESS], inventory)).not.toThrow();
  await inventory.add('10-one', [keyOf(manifest('v1 ConfigMap elsewhere/one'))]);
  expect(() => refuseOtherNamespace(cluster, [HOMELESS], inventory)).toThrow(
    'ConfigMap one names no namespace, so it goes where the context points: to "here". But it was deployed into "elsewhere".\n' +
      'Let the context point there: kubectl config set-context --current --namespace=elsewhere',
  );
});

test('another object of its name, which says where it is, is not taken for it', async () => {
  const cluster = new MemoryCluster();
  const inventory = await Inventory.read(cluster, 'local');
  const named = manifest('v1 ConfigMap elsewhere/one');
  await inventory.add('10-one', [keyOf(named)]);
  expect(() => refuseOtherNamespace(cluster, [HOMELESS, named], inventory)).not.toThrow();
});

test('what another environment has applied to the cluster is not touched', async () => {
  const cluster = new MemoryCluster();
  const shared = manifest('v1 ConfigMap cvat/one');
  await (await Inventory.read(cluster, 'local')).add('10-one', [keyOf(shared)]);
  const dist = { ...distOf({ '10-one': [shared] }), environment: 'production', folder: 'dist/production' };
  await expect(refuseOtherEnvironment(cluster, dist, dist.stages, await Inventory.read(cluster, 'production'))).rejects.toThrow(
    'ConfigMap cvat/one on this cluster belongs to the environment "local", not to "production" (dist/production). Is this the right context?',
  );
  const own = distOf({ '10-one': [shared] });
  await refuseOtherEnvironment(cluster, own, own.stages, await Inventory.read(cluster, 'local'));
});
