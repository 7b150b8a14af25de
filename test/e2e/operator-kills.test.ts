import fc from 'fast-check';
import { until } from './harness/until';
import { TcpProxy } from './operator/tcp-proxy';
import { OperatorKiller } from './operator/operator-killer';
import { decode, OperatorTestCluster } from './operator/operator-test-cluster';

let cluster: OperatorTestCluster;
let killer: OperatorKiller;

beforeAll(async () => {
  cluster = await OperatorTestCluster.start();
  killer = await OperatorKiller.start(cluster);
  await cluster.makeRobot();
});

afterAll(async () => {
  await cluster?.stop();
});

afterEach(() => {
  killer.spare();
});

interface Story {
  /** What happens to the AppUser of that name. */
  readonly happens: (name: string) => Promise<unknown>;
  /** Waits until all is as it should be then, or fails. */
  readonly ends: (name: string) => Promise<unknown>;
}

/** Lets it happen again and again, and each time kills the operator after one call more than before, until that is more than it makes. */
async function killedAfterEachCall({ happens, ends }: Story, names: (call: number) => string): Promise<number> {
  for (let call = 1; ; call++) {
    const name = names(call);
    const kill = killer.after(call);
    await happens(name);
    await ends(name);
    killer.spare();
    if (!kill.came) return call - 1;
    await kill.over;
    await ends(name);
  }
}

async function inSync(name: string): Promise<void> {
  const { status } = await cluster.reason(name, 'Synced');
  const people = cluster.cvat.people.all().filter(({ email }) => email === `${name}@example.com`);
  expect(people).toHaveLength(1);
  expect(people[0]).toMatchObject({ id: status?.userId, username: name, isActive: true });
  const secret = await cluster.secret(`${name}-cvat`);
  expect(secret && decode(secret, 'password')).toBe(people[0]?.password);
}

test('killed after any of its calls while it makes an account, the operator makes one', async () => {
  // Names that are too short to be registered need the most calls.
  const kills = await killedAfterEachCall({ happens: (name) => cluster.create(name), ends: inSync }, (call) => `m${call}`);
  expect(kills).toBeGreaterThanOrEqual(8);
});

test('killed after any of its calls while it closes an account, the operator closes it and leaves the Secret', async () => {
  const closed = async (name: string): Promise<void> => {
    await cluster.gone(name);
    const people = cluster.cvat.people.all().filter(({ email }) => email === `${name}@example.com`);
    expect(people.map(({ username, isActive }) => ({ username, isActive }))).toEqual([{ username: name, isActive: false }]);
    expect((await cluster.secret(`${name}-cvat`))?.data?.['password']).toBeDefined();
  };
  // Those of the test before.
  const kills = await killedAfterEachCall({ happens: (name) => cluster.delete(name), ends: closed }, (call) => `m${call}`);
  expect(kills).toBeGreaterThanOrEqual(2);
});

test('ends with one account for each AppUser, as its spec wants it, wherever the operator is killed', async () => {
  const names = ['anna', 'bert', 'carl-x'];
  const action = fc.constantFrom('create', 'edit', 'delete', 'rename', 'leave');
  const runs = fc.sample(fc.tuple(fc.constantFrom(...names), action, fc.integer({ min: 1, max: 14 }), fc.boolean()), {
    numRuns: 50,
    seed: Number(process.env['FAST_CHECK_SEED'] ?? 1),
  });
  let [edits, amidst] = [0, 0];
  for (const [name, what, calls, remove] of runs) {
    const kill = killer.after(calls);
    const exists = (await cluster.appUser(name)) !== undefined;
    if (!exists) await cluster.create(name, { deletionPolicy: remove ? 'Delete' : 'Deactivate' });
    else if (what === 'edit') await cluster.edit(name, { spec: { lastName: `Edit ${++edits}` } });
    else if (what === 'delete') await cluster.delete(name);
    const person = cluster.cvat.people.byUsername(name);
    if (person && what === 'rename') person.username = `renamed-${edits}`;
    if (person && what === 'leave') cluster.cvat.people.remove(person.id);
    if (await killer.atTheLatestAtRest(kill)) amidst++;
  }
  // Otherwise it was killed when there was nothing left to do.
  expect(amidst).toBeGreaterThan(25);
  for (const name of names) {
    const appUser = await cluster.appUser(name);
    if (appUser?.metadata.deletionTimestamp !== undefined) await cluster.gone(name);
    else if (appUser !== undefined) await until(`${name} is in sync`, async () => (await inSync(name).catch(() => false)) !== false);
    const open = cluster.cvat.people.all().filter(({ email, isActive }) => email === `${name}@example.com` && isActive);
    expect(open).toHaveLength((await cluster.appUser(name)) === undefined ? 0 : 1);
  }
});

test('when the leader is killed, another replica leads when the Lease has run out, and not before', async () => {
  const other = await cluster.operator('operator-1');
  await killer.operator.leads();
  await until('the other is ready', async () => (await other.answer('/readyz'))?.status === 200);
  await killer.operator.program.stop('SIGKILL');
  const { renewTime = '', leaseDurationSeconds = 0 } = await cluster.lease();
  await other.leads();
  const { acquireTime = '' } = await cluster.lease();
  expect(Date.parse(acquireTime) - Date.parse(renewTime)).toBeGreaterThanOrEqual(leaseDurationSeconds * 1000);
});

test('connections to the API server that go silent are given up, and what happened meanwhile is seen', async () => {
  const tcpProxy = await TcpProxy.to(cluster.controlPlane.server);
  const environment = {
    KUBECONFIG: cluster.kubeconfigBy(tcpProxy.url),
    WATCH_SILENCE_SECONDS: '2',
    RESYNC_SECONDS: '600',
    LEASE_NAME: 'app-user-operator',
  };
  await Promise.all(cluster.running.map(({ program }) => program.stop()));
  try {
    const operator = await cluster.operator('operator-2', environment);
    await operator.leads();
    await cluster.create('before');
    await cluster.reason('before', 'Synced');
    tcpProxy.silence();
    await cluster.create('silenced');
    await cluster.reason('silenced', 'Synced');
    expect(operator.program.exit).toBeUndefined();
  } finally {
    await tcpProxy.stop();
  }
});
