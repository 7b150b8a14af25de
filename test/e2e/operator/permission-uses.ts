import { LEASE, type OperatorTestCluster } from './operator-test-cluster';

/** What makes the operator use each of its rights, after which it asks the API server for just that. */
export const PERMISSION_USES: Readonly<Record<string, (cluster: OperatorTestCluster) => Promise<unknown>>> = {
  // By itself, at every resync.
  'list appusers': async () => undefined,
  'watch appusers': async () => undefined,
  'get secrets': async () => undefined,
  // By itself, to lead on.
  'get leases': async () => undefined,
  'update leases': async () => undefined,
  'create leases': (cluster) => cluster.api.request({ method: 'DELETE', path: LEASE }),
  'patch appusers': (cluster) => cluster.create('right-to-patch'),
  'patch appusers/status': (cluster) => cluster.create('right-to-status'),
  'create secrets': (cluster) => cluster.create('right-to-secrets'),
  'create events': (cluster) => cluster.create('right-to-events'),
  'patch events': (cluster) => changedTwice(cluster, 'right-to-events'),
  'patch secrets': (cluster) => cluster.edit('right-to-secrets', { spec: { emailAddress: 'other@secrets.example.com' } }),
  'delete secrets': (cluster) => deletedWithAll(cluster, 'right-to-delete'),
  'get services': (cluster) => deletedWhileDown(cluster, 'right-to-services'),
};

/** The second change is counted in the same Event. */
async function changedTwice(cluster: OperatorTestCluster, name: string): Promise<void> {
  for (const lastName of ['Once', 'Twice']) {
    await cluster.reason(name, 'Synced');
    await cluster.edit(name, { spec: { lastName } });
  }
}

async function deletedWithAll(cluster: OperatorTestCluster, name: string): Promise<void> {
  await cluster.create(name, { deletionPolicy: 'Delete' });
  await cluster.reason(name, 'Synced');
  await cluster.delete(name);
}

async function deletedWhileDown(cluster: OperatorTestCluster, name: string): Promise<void> {
  await cluster.create(name);
  await cluster.reason(name, 'Synced');
  cluster.cvat.faults.down();
  await cluster.delete(name);
}
