import type { ApiRequest } from '../../src/kubernetes/api-client';
import { LeaderElection } from '../../src/kubernetes/leader-election';
import { FakeClock, settled } from '../fake-clock';
import { eventually, FakeApiServer } from './fake-api-server';

interface Lease {
  metadata: { name: string; namespace: string; resourceVersion: string };
  spec: { holderIdentity?: string; leaseDurationSeconds?: number; leaseTransitions?: number };
}

let server: FakeApiServer;
let lease: Lease | undefined;
let version = 0;
let down = false;
/** How many requests wait for their answer. */
let waiting = 0;
let clock: FakeClock;
let ending: AbortController;

beforeEach(async () => {
  server = await FakeApiServer.start();
  [lease, down, waiting, clock, ending] = [undefined, false, 0, new FakeClock(), new AbortController()];
  server.handler = ({ method, body }) => {
    if (down) return { status: 503, json: { message: 'down' } };
    const sent = body as Lease | undefined;
    if (method === 'GET') return lease ? { json: lease } : { status: 404, json: { message: 'none' } };
    const conflict = method === 'POST' ? lease !== undefined : sent?.metadata.resourceVersion !== lease?.metadata.resourceVersion;
    if (conflict || !sent) return { status: 409, json: { message: 'conflict' } };
    lease = { metadata: { ...sent.metadata, resourceVersion: String(++version) }, spec: sent.spec };
    return { json: lease };
  };
});

afterEach(async () => {
  ending.abort();
  await server.stop();
});

function candidate(identity: string): LeaderElection & { leads?: boolean } {
  const client = server.client();
  const request = client.request.bind(client);
  client.request = async <Answer>(asked: ApiRequest): Promise<Answer> => {
    waiting++;
    try {
      return await request<Answer>(asked);
    } finally {
      waiting--;
    }
  };
  return new LeaderElection({ client, namespace: 'n', name: 'l', identity, clock, failed: () => undefined });
}

/** Tries to lead; what comes of it is a property, because time has to pass for it. */
function acquiring(election: LeaderElection): { leads: boolean } {
  const state = { leads: false };
  void election.acquire(ending.signal).then((leads) => (state.leads = leads));
  return state;
}

/** Time passes, and with each second what goes over connections, however long that takes. */
async function seconds(count: number): Promise<void> {
  for (let second = 0; second < count; second++) {
    await clock.pass(1000);
    do await settled();
    while (waiting > 0);
  }
}

test('the first to come leads, and others wait as long as it renews its Lease', async () => {
  const one = candidate('one');
  expect(await one.acquire(ending.signal)).toBe(true);
  void one.hold(ending.signal);
  const other = acquiring(candidate('two'));
  await seconds(40);
  expect(other.leads).toBe(false);
  expect(lease?.spec).toMatchObject({ holderIdentity: 'one', leaseDurationSeconds: 15, leaseTransitions: 0 });
});

test('of those that come at the same time one leads', async () => {
  const states = ['one', 'two', 'three', 'four'].map((identity) => acquiring(candidate(identity)));
  await eventually(() => states.some(({ leads }) => leads));
  await seconds(10);
  expect(states.filter(({ leads }) => leads)).toHaveLength(1);
});

test('a leader that is gone without a word is replaced after fifteen seconds, not before', async () => {
  expect(await candidate('one').acquire(ending.signal)).toBe(true);
  const other = acquiring(candidate('two'));
  await seconds(14);
  expect(other.leads).toBe(false);
  await seconds(4);
  await eventually(() => other.leads);
  expect(lease?.spec).toMatchObject({ holderIdentity: 'two', leaseTransitions: 1 });
});

test('a leader that stops lets another lead within two seconds', async () => {
  const one = candidate('one');
  await one.acquire(ending.signal);
  const other = acquiring(candidate('two'));
  await seconds(3);
  await one.release();
  expect(lease?.spec.holderIdentity).toBe('');
  await seconds(2);
  await eventually(() => other.leads);
});

test('who does not lead releases nothing', async () => {
  await candidate('one').acquire(ending.signal);
  const two = candidate('two');
  acquiring(two);
  await seconds(3);
  await two.release();
  expect(lease?.spec.holderIdentity).toBe('one');
});

test('the same replica leads at once after a restart', async () => {
  await candidate('one').acquire(ending.signal);
  expect(await candidate('one').acquire(ending.signal)).toBe(true);
  expect(lease?.spec.leaseTransitions).toBe(0);
});

test('a leader that cannot renew its Lease leads on for ten seconds, and then no longer', async () => {
  const one = candidate('one');
  await one.acquire(ending.signal);
  let holds = true;
  void one.hold(ending.signal).then(() => (holds = false));
  await seconds(4);
  down = true;
  await seconds(7);
  expect(holds).toBe(true);
  down = false;
  await seconds(4);
  down = true;
  await seconds(13);
  expect(holds).toBe(false);
});

test('a leader whose Lease another replica has acquired stops leading', async () => {
  const one = candidate('one');
  await one.acquire(ending.signal);
  let holds = true;
  void one.hold(ending.signal).then(() => (holds = false));
  if (lease)
    lease = { metadata: { ...lease.metadata, resourceVersion: 'new' }, spec: { holderIdentity: 'thief', leaseDurationSeconds: 15 } };
  await seconds(4);
  expect(holds).toBe(false);
});

test('it is known whether the API server has answered, and whether this still tries', async () => {
  down = true;
  const one = candidate('one');
  acquiring(one);
  await seconds(10);
  expect([one.contacted, one.alive]).toEqual([false, true]);
  down = false;
  await seconds(3);
  expect(one.contacted).toBe(true);
  ending.abort();
  await seconds(70);
  expect(one.alive).toBe(false);
});
