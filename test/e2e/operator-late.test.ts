import { until } from './harness/until';
import type { Operator } from './operator/replica';
import { decode, OperatorTestCluster } from './operator/operator-test-cluster';

/** Registrations that CVAT commits after the operator gave up: with the real process, a real API server and a stand-in for CVAT. */

let cluster: OperatorTestCluster;
let operator: Operator;

beforeAll(async () => {
  ({ cluster, operator } = await OperatorTestCluster.operated());
});

afterAll(async () => {
  await cluster?.stop();
});

afterEach(() => {
  cluster.cvat.faults.clear();
});

const registeredFor = (name: string) => cluster.cvat.people.all().filter(({ email }) => email === `${name}@example.com`);
const openFor = (name: string) => registeredFor(name).filter(({ isActive }) => isActive);

describe.each(['jo', 'johanna'])('when the registrations of %s are committed after another one was renamed', (username) => {
  test.each(['Deactivate', 'Delete'] as const)(
    'one account stays open under the policy %s, and none after the deletion',
    async (deletionPolicy) => {
      const name = `${username}-${deletionPolicy.toLowerCase()}`;
      // AppUsers with one username, one after the other.
      const commit = cluster.cvat.faults.late({ times: 2 });
      await cluster.create(name, { username, deletionPolicy });
      const { status } = await cluster.reason(name, 'Synced');
      expect(openFor(name).map(({ id }) => id)).toEqual([status?.userId]);
      commit();
      await until('a second account is closed', async () => (await cluster.events(name)).some(({ reason }) => reason === 'SurplusAccount'));
      await operator.resynced();
      expect(openFor(name).map(({ id }) => id)).toEqual([status?.userId]);
      expect(registeredFor(name)).toHaveLength(deletionPolicy === 'Delete' ? 1 : 2);
      expect(await operator.metric('app_user_operator_surplus_accounts_closed_total')).toBeGreaterThanOrEqual(1);
      const secret = await cluster.secret(`${name}-cvat`);
      expect(secret && decode(secret, 'password')).toBe(openFor(name)[0]?.password);
      await cluster.delete(name);
      await cluster.gone(name);
      expect(openFor(name)).toEqual([]);
      for (const { id } of registeredFor(name)) cluster.cvat.people.remove(id);
      // Until the operator knows that, the next AppUser with this username is in NameConflict.
      await operator.resynced();
    },
  );
});

test('a registration that is committed after its AppUser is gone leaves no open account, and an Event of the Deployment', async () => {
  const commit = cluster.cvat.faults.late({ times: Infinity });
  await cluster.create('vanishing');
  await until('it is registered', () =>
    cluster.cvat.seen.some(({ operation, body }) => operation === 'register' && body.includes('vanishing@')),
  );
  await cluster.delete('vanishing');
  await cluster.gone('vanishing');
  expect(registeredFor('vanishing')).toEqual([]);
  expect(await cluster.secret('vanishing-cvat')).toBeUndefined();
  commit();
  await until('the account appears and is closed', () => registeredFor('vanishing').length === 1 && openFor('vanishing').length === 0);
  await until('there is an Event', async () =>
    (await cluster.events('app-user-operator')).some(({ reason }) => reason === 'SurplusAccount'),
  );
});

test('a registration that is committed after the operator was killed is the account, or is closed', async () => {
  const commit = cluster.cvat.faults.late();
  const commitLast = cluster.cvat.faults.late();
  const register = () => cluster.cvat.seen.filter(({ operation, body }) => operation === 'register' && body.includes('killed@')).length;
  await cluster.create('killed');
  await until('it is registered', () => register() >= 1);
  await operator.program.stop('SIGKILL');
  operator = await cluster.operator('operator-0');
  commit();
  await cluster.reason('killed', 'Synced');
  commitLast();
  await operator.resynced();
  await until('one account is open', () => openFor('killed').length === 1);
  expect(openFor('killed')).toEqual([expect.objectContaining({ username: 'killed' })]);
});
