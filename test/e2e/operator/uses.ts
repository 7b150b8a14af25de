import { LEASE, type World } from './world';

/** What makes the operator use each of its rights, after which it asks the API server for just that. */
export const USES: Readonly<Record<string, (world: World) => Promise<unknown>>> = {
  // By itself, at every resync.
  'list appusers': async () => undefined,
  'watch appusers': async () => undefined,
  'get secrets': async () => undefined,
  // By itself, to lead on.
  'get leases': async () => undefined,
  'update leases': async () => undefined,
  'create leases': (world) => world.api.request({ method: 'DELETE', path: LEASE }),
  'patch appusers': (world) => world.create('right-to-patch'),
  'patch appusers/status': (world) => world.create('right-to-status'),
  'create secrets': (world) => world.create('right-to-secrets'),
  'create events': (world) => world.create('right-to-events'),
  'patch events': (world) => changedTwice(world, 'right-to-events'),
  'patch secrets': (world) => world.edit('right-to-secrets', { spec: { emailAddress: 'other@secrets.example.com' } }),
  'delete secrets': (world) => deletedWithAll(world, 'right-to-delete'),
  'get services': (world) => deletedWhileDown(world, 'right-to-services'),
};

/** The second change is told by the same Event. */
async function changedTwice(world: World, name: string): Promise<void> {
  for (const lastName of ['Once', 'Twice']) {
    await world.reason(name, 'Synced');
    await world.edit(name, { spec: { lastName } });
  }
}

async function deletedWithAll(world: World, name: string): Promise<void> {
  await world.create(name, { deletionPolicy: 'Delete' });
  await world.reason(name, 'Synced');
  await world.delete(name);
}

async function deletedWhileDown(world: World, name: string): Promise<void> {
  await world.create(name);
  await world.reason(name, 'Synced');
  world.cvat.faults.down();
  await world.delete(name);
}
