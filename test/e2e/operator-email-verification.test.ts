import { until } from './harness/until';
import { condition, OperatorTestCluster } from './operator/operator-test-cluster';
import type { Operator } from './operator/replica';

/** A CVAT that begins to require verified addresses: with the real process, a real API server and a stand-in for CVAT. */

let cluster: OperatorTestCluster;
let operator: Operator;

const READY = 'app_user_operator_application_ready';
const UNAVAILABLE = 'app_user_operator_resyncs_total{result="unavailable"}';

beforeAll(async () => {
  ({ cluster, operator } = await OperatorTestCluster.operated());
});

afterAll(async () => {
  await cluster?.stop();
});

const registrations = (name: string) =>
  cluster.cvat.seen.filter(({ operation, body }) => operation === 'register' && body.includes(`${name}@`)).map(({ status }) => status);

/** Another process of the same replica, which resyncs in that interval. */
async function restarted(resyncSeconds: number): Promise<Operator> {
  await operator.program.stop();
  const another = await cluster.operator('operator-0', { RESYNC_SECONDS: String(resyncSeconds) });
  await another.leads();
  return another;
}

/** The AppUser waits, and its condition says for what. */
async function waits(name: string): Promise<void> {
  const waiting = await cluster.reason(name, 'WaitingForCVAT');
  expect(condition(waiting, 'Ready')?.message).toContain('until an e-mail address is verified (settings.email_settings)');
}

/** The AppUser has one account, which its password opens. */
async function isServed(name: string): Promise<void> {
  const { status } = await cluster.reason(name, 'Synced');
  expect(condition({ status } as never, 'PasswordUnknown')).toBeUndefined();
  expect(cluster.cvat.people.byEmail(`${name}@example.com`).map(({ id }) => id)).toEqual([status?.userId]);
}

test('is noticed from the answer to a registration, and the account is served once verification is off', async () => {
  // No resync comes first.
  operator = await restarted(3600);
  await cluster.create('earlier');
  await isServed('earlier');
  cluster.cvat.settings.emailVerification = true;
  await cluster.create('registered');
  await waits('registered');
  expect(registrations('registered')).toEqual([201]);
  expect(await operator.metric(READY)).toBe(0);
  cluster.cvat.settings.emailVerification = false;
  await isServed('registered');
  expect(registrations('registered')).toEqual([201]);
});

test('is noticed by the resync, without a registration', async () => {
  operator = await restarted(3);
  await until('CVAT is ready', async () => (await operator.metric(READY)) === 1);
  cluster.cvat.settings.emailVerification = true;
  await until('a resync notices it', async () => (await operator.metric(UNAVAILABLE)) >= 1 && (await operator.metric(READY)) === 0);
  await cluster.create('resynced');
  await waits('resynced');
  expect(registrations('resynced')).toEqual([]);
});

test('is noticed after a restart, and all AppUsers are served once verification is off', async () => {
  operator = await restarted(3);
  await cluster.create('restarted');
  await waits('restarted');
  expect(registrations('restarted')).toEqual([]);
  cluster.cvat.settings.emailVerification = false;
  for (const name of ['earlier', 'registered', 'resynced', 'restarted']) await isServed(name);
});
