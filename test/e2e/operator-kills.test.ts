import fc from 'fast-check';
import { until } from './harness/until';
import { Detour } from './operator/detour';
import { decode, type Operator, World } from './operator/world';

let world: World;
let operator: Operator;

beforeAll(async () => {
  world = await World.start();
  operator = await world.operator();
  await world.makeRobot();
});

afterAll(async () => {
  await world?.stop();
});

afterEach(() => {
  world.cvat.faults.hooks = {};
});

async function killAndStartAnew(): Promise<void> {
  await operator.program.stop('SIGKILL');
  operator = await world.operator();
}

/**
 * Makes AppUsers, and for each kills the operator after one more request to CVAT than for the one before, until all is done before that. The
 * names are too short to be registered, which needs the most requests.
 */
async function killedAfterEachRequest(well: (name: string) => Promise<unknown>): Promise<number> {
  for (let request = 1; ; request++) {
    const name = `${String.fromCharCode(96 + request)}${request}`;
    let seen = 0;
    let killed: Promise<void> | undefined;
    world.cvat.faults.hooks = {
      // The answer waits for this, so that nothing comes between the request and the end.
      after: async () => {
        if (++seen !== request) return;
        const ended = operator.program.stop('SIGKILL');
        killed = ended.then(async () => void (operator = await world.operator()));
        await ended;
      },
    };
    await world.create(name);
    await well(name);
    world.cvat.faults.hooks = {};
    if (killed === undefined) return request - 1;
    await killed;
    await well(name);
  }
}

async function inSync(name: string): Promise<void> {
  const { status } = await world.reason(name, 'Synced');
  const people = world.cvat.people.all().filter(({ email }) => email === `${name}@example.com`);
  expect(people).toHaveLength(1);
  expect(people[0]).toMatchObject({ id: status?.userId, username: name, isActive: true });
  const secret = await world.secret(`${name}-cvat`);
  expect(secret && decode(secret, 'password')).toBe(people[0]?.password);
}

test('killed after any of its requests while it makes an account, the operator makes one', async () => {
  const kills = await killedAfterEachRequest(inSync);
  expect(kills).toBeGreaterThan(3);
});

test('killed at any moment, in whatever happens, it ends with one account for each AppUser, as that wants it', async () => {
  const names = ['anna', 'bert', 'carl-x'];
  const action = fc.constantFrom('create', 'edit', 'delete', 'rename', 'leave');
  const runs = fc.sample(fc.tuple(fc.constantFrom(...names), action, fc.integer({ min: 300, max: 1100 })), {
    numRuns: 25,
    seed: Number(process.env['FAST_CHECK_SEED'] ?? 1),
  });
  let [edits, amidst] = [0, 0];
  for (const [name, what, milliseconds] of runs) {
    const exists = (await world.appUser(name)) !== undefined;
    if (!exists) await world.create(name, { deletionPolicy: milliseconds % 2 === 0 ? 'Delete' : 'Deactivate' });
    else if (what === 'edit') await world.edit(name, { spec: { lastName: `Edit ${++edits}` } });
    else if (what === 'delete') await world.delete(name);
    const person = world.cvat.people.byUsername(name);
    if (person && what === 'rename') person.username = `renamed-${milliseconds}`;
    if (person && what === 'leave') world.cvat.people.remove(person.id);
    world.cvat.forgetRequests();
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    if (world.cvat.seen.length > 0) amidst++;
    await killAndStartAnew();
  }
  // Otherwise it was killed before it did anything.
  expect(amidst).toBeGreaterThan(5);
  for (const name of names) {
    const appUser = await world.appUser(name);
    if (appUser?.metadata.deletionTimestamp !== undefined) await world.gone(name);
    else if (appUser !== undefined) await until(`${name} is in sync`, async () => (await inSync(name).catch(() => false)) !== false);
    const open = world.cvat.people.all().filter(({ email, isActive }) => email === `${name}@example.com` && isActive);
    expect(open).toHaveLength((await world.appUser(name)) === undefined ? 0 : 1);
  }
});

test('when the leader is killed, another replica leads as soon as its Lease has run out', async () => {
  const other = await world.operator('operator-1');
  await operator.leads();
  await until('the other is ready', async () => (await other.answer('/readyz'))?.status === 200);
  await operator.program.stop('SIGKILL');
  const startedAt = Date.now();
  await other.leads();
  expect(Date.now() - startedAt).toBeLessThan(20_000);
});

test('connections to the API server that go silent are given up, and what happened meanwhile is seen', async () => {
  const detour = await Detour.to(world.controlPlane.server);
  const environment = {
    KUBECONFIG: world.kubeconfigBy(detour.url),
    WATCH_SILENCE_SECONDS: '2',
    RESYNC_SECONDS: '600',
    LEASE_NAME: 'app-user-operator',
  };
  await Promise.all(world.running.map(({ program }) => program.stop()));
  try {
    operator = await world.operator('operator-2', environment);
    await operator.leads();
    await world.create('before');
    await world.reason('before', 'Synced');
    detour.silence();
    await world.create('silenced');
    await world.reason('silenced', 'Synced');
    expect(operator.program.exit).toBeUndefined();
  } finally {
    await detour.stop();
  }
});
