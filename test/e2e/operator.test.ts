import { until } from './harness/until';
import type { Operator } from './operator/replica';
import { PERMISSIONS, RULES, rulesWithout } from './operator/permissions';
import { PERMISSION_USES } from './operator/permission-uses';
import { condition, decode, SERVICE, OperatorTestCluster } from './operator/operator-test-cluster';

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

test('an AppUser gets an account with a name of four letters, and its person a Secret with which it opens', async () => {
  await cluster.create('john', { firstName: 'John', lastName: 'Doe', emailAddress: 'John.Doe@example.com' });
  const { status } = await cluster.reason('john', 'Synced');
  const person = cluster.cvat.people.byUsername('john');
  expect(person).toMatchObject({ firstName: 'John', lastName: 'Doe', email: 'john.doe@example.com', isActive: true, groups: ['user'] });
  expect(status).toMatchObject({ username: 'john', userId: person?.id, credentialsSecretName: 'john-cvat' });
  expect(condition({ status } as never, 'Ready')).toMatchObject({ status: 'True', observedGeneration: 1 });
  const secret = await cluster.secret('john-cvat');
  if (!secret) throw new Error('there is no Secret');
  const { url, username, emailAddress, password } = Object.fromEntries(
    Object.keys(secret.data ?? {}).map((key) => [key, decode(secret, key)]),
  );
  expect({ url, username, emailAddress }).toEqual({
    url: 'http://cvat.example.com',
    username: 'john',
    emailAddress: 'john.doe@example.com',
  });
  expect(password).toMatch(/^[A-Za-z0-9_-]{32}$/);
  expect(person?.password).toBe(password);
});

test('kubectl get au tells the story', async () => {
  const { kubectl } = cluster.controlPlane;
  expect(await kubectl.output(['get', 'au', 'john', '--namespace=people'])).toMatch(/john +john +John\.Doe@example\.com +True +Synced/);
});

test('what is no e-mail address is refused before it comes to the operator', async () => {
  await expect(cluster.create('invalid', { emailAddress: 'invalid' })).rejects.toMatchObject({ status: 422 });
});

test('each field that is changed is changed in the account', async () => {
  await cluster.create('updated');
  await cluster.reason('updated', 'Synced');
  const person = cluster.cvat.people.byUsername('updated');
  for (const [spec, expected] of [
    [{ firstName: 'New' }, { firstName: 'New', lastName: 'Body' }],
    [{ lastName: 'Name' }, { firstName: 'New', lastName: 'Name' }],
    [{ emailAddress: 'new@example.com' }, { email: 'new@example.com' }],
  ] as const) {
    await cluster.edit('updated', { spec });
    await cluster.reason('updated', 'Synced');
    expect(person).toMatchObject({ ...expected, username: 'updated', isActive: true });
  }
  const secret = await cluster.secret('updated-cvat');
  expect(secret && decode(secret, 'emailAddress')).toBe('new@example.com');
});

test('reverts what users and administrators change in the application', async () => {
  await cluster.create('drifting');
  const { status } = await cluster.reason('drifting', 'Synced');
  const person = cluster.cvat.people.get(status?.userId ?? 0);
  if (!person) throw new Error('there is no account');
  Object.assign(person, { username: 'renamed', firstName: 'Other', isActive: false });
  await until('all is as it was', () => person.username === 'drifting' && person.firstName === 'Some' && person.isActive);
});

test('who deletes the own account gets a new one', async () => {
  await cluster.create('leaving');
  const { status } = await cluster.reason('leaving', 'Synced');
  cluster.cvat.people.remove(status?.userId ?? 0);
  const again = await until('there is a new account', () => cluster.cvat.people.byUsername('leaving'));
  await until('its number is known', async () => (await cluster.appUser('leaving'))?.status?.userId === again.id);
});

test('deactivates the account of a deleted AppUser and keeps its Secret, and activates it again with a new AppUser', async () => {
  await cluster.create('returning');
  const { status } = await cluster.reason('returning', 'Synced');
  const before = await cluster.secret('returning-cvat');
  await cluster.delete('returning');
  await cluster.gone('returning');
  expect(cluster.cvat.people.get(status?.userId ?? 0)).toMatchObject({ username: 'returning', isActive: false });
  expect((await cluster.secret('returning-cvat'))?.data).toEqual(before?.data);
  await cluster.create('returning');
  expect((await cluster.reason('returning', 'Synced')).status?.userId).toBe(status?.userId);
  expect(cluster.cvat.people.get(status?.userId ?? 0)).toMatchObject({ isActive: true });
  expect((await cluster.secret('returning-cvat'))?.data).toEqual(before?.data);
});

test('with the policy Delete, account and Secret go with the AppUser', async () => {
  await cluster.create('removed', { deletionPolicy: 'Delete' });
  const { status } = await cluster.reason('removed', 'Synced');
  await cluster.delete('removed');
  await cluster.gone('removed');
  expect(cluster.cvat.people.get(status?.userId ?? 0)).toBeUndefined();
  expect(await cluster.secret('removed-cvat')).toBeUndefined();
});

test('of two AppUsers with one e-mail address, the older one has it, and the other when it is free', async () => {
  await cluster.create('first', { emailAddress: 'shared@example.com' });
  await cluster.reason('first', 'Synced');
  await cluster.create('second', { emailAddress: 'Shared@example.com' });
  const { status } = await cluster.reason('second', 'EmailConflict');
  // Kubernetes knows the age of objects to the second.
  expect(condition({ status } as never, 'Ready')?.message).toMatch(/The AppUser "first" is older|The account "first"/);
  expect(cluster.cvat.people.byUsername('second')).toBeUndefined();
  await until('there is an Event', async () => (await cluster.events('second')).some(({ reason }) => reason === 'EmailConflict'));
  await cluster.edit('first', { spec: { emailAddress: 'other@example.com' } });
  // CVAT reserves an address for the account that registered with it. Only a person can decide which account keeps it.
  await cluster.reason('second', 'EmailConflict');
  // There and back, twice: the second time, the Event is counted.
  for (const [emailAddress, reason] of [
    ['second@example.com', 'Synced'],
    ['other@example.com', 'EmailConflict'],
    ['second@example.com', 'Synced'],
    ['other@example.com', 'EmailConflict'],
    ['second@example.com', 'Synced'],
  ] as const) {
    await cluster.edit('second', { spec: { emailAddress } });
    await cluster.reason('second', reason);
  }
});

test('adopts an account that it did not create only when the AppUser allows it', async () => {
  const theirs = cluster.cvat.people.add({ username: 'existing', email: 'existing@example.com', password: 'their-own-password' });
  await cluster.create('existing', { emailAddress: 'existing@example.com' });
  const { status } = await cluster.reason('existing', 'NameConflict');
  expect(status?.userId).toBeUndefined();
  await cluster.edit('existing', { metadata: { annotations: { 'kapernikov.com/adopt': 'true' } } });
  const adopted = await cluster.reason('existing', 'Adopted');
  expect(adopted.status?.userId).toBe(theirs.id);
  expect(condition(adopted, 'PasswordUnknown')).toMatchObject({ status: 'True', reason: 'Adopted' });
  expect(theirs).toMatchObject({ firstName: 'Some', password: 'their-own-password' });
  expect(Object.keys((await cluster.secret('existing-cvat'))?.data ?? {}).sort()).toEqual(['emailAddress', 'url', 'username']);
});

test('an administrator is never adopted, nor changed', async () => {
  const before = { ...cluster.cvat.people.addAdministrator('manager', 'secret-of-the-manager') };
  await cluster.create('manager', {}, { 'kapernikov.com/adopt': 'true' });
  await cluster.reason('manager', 'NameConflict');
  await cluster.delete('manager');
  await cluster.gone('manager');
  expect(cluster.cvat.people.byUsername('manager')).toEqual(before);
});

test('a Secret that was deleted by hand comes back without a password, and the AppUser says so', async () => {
  await cluster.create('careless');
  await cluster.reason('careless', 'Synced');
  await cluster.deleteSecret('careless-cvat');
  const secret = await until('there is a Secret again', () => cluster.secret('careless-cvat'));
  expect(Object.keys(secret.data ?? {}).sort()).toEqual(['emailAddress', 'url', 'username']);
  await until('the AppUser says so', async () => condition(await cluster.appUser('careless'), 'PasswordUnknown')?.reason === 'SecretLost');
});

test.each([
  ['is down', () => cluster.cvat.faults.down()],
  ['answers 500', () => cluster.cvat.faults.fail(500, { times: Infinity })],
  ['answers with a page of HTML', () => cluster.cvat.faults.failWithPage(502, { times: Infinity })],
])('while CVAT %s, a new AppUser waits, and those in sync stay so', async (what, fault) => {
  const name = `patient-${what.split(' ').pop()?.toLowerCase()}`;
  const before = await cluster.appUser('john');
  fault();
  await cluster.create(name);
  await cluster.reason(name, 'WaitingForCVAT');
  expect((await cluster.appUser('john'))?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion);
  cluster.cvat.faults.clear();
  await onlyOne(name);
});

test.each([
  ['is slow', () => cluster.cvat.faults.delay(700, { times: 3 })],
  ['throttles', () => cluster.cvat.faults.throttle(1, { times: 3 })],
])('while CVAT %s, it takes longer, and nothing else', async (what, fault) => {
  const name = `patient-${what.split(' ').pop()}`;
  fault();
  await cluster.create(name);
  await onlyOne(name);
});

async function onlyOne(name: string): Promise<void> {
  await cluster.reason(name, 'Synced');
  expect(cluster.cvat.people.all().filter(({ email }) => email === `${name}@example.com`)).toHaveLength(1);
}

test('an answer that gets lost makes no second account', async () => {
  cluster.cvat.faults.dropAfterWork({ operation: 'register' });
  cluster.cvat.faults.fail(500, { operation: 'patch' });
  await cluster.create('jd');
  await onlyOne('jd');
});

test('an API server that was restarted is found again', async () => {
  await cluster.controlPlane.restartApiServer();
  await cluster.create('afterwards');
  await cluster.reason('afterwards', 'Synced');
});

test('at rest, nothing is written but the Lease', async () => {
  const path = '/apis/kapernikov.com/v1/namespaces/people/appusers';
  const versions = async (): Promise<unknown> => {
    const lists = [path, '/api/v1/namespaces/people/secrets', '/apis/events.k8s.io/v1/namespaces/people/events'];
    const items = await Promise.all(
      lists.map((list) => cluster.api.request<{ items: { metadata: { name: string; resourceVersion: string } }[] }>({ path: list })),
    );
    return items.flatMap(({ items: all }) => all.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`));
  };
  // What the tests before have left to do.
  await operator.resynced();
  await until('the queue is empty', async () => (await operator.metric('app_user_operator_queue_depth')) === 0);
  cluster.cvat.forgetRequests();
  const before = await versions();
  await operator.resynced();
  expect(await versions()).toEqual(before);
  expect(Object.fromEntries(cluster.cvat.counts)).toMatchObject({
    health: expect.any(Number),
    self: expect.any(Number),
    list: expect.any(Number),
  });
});

test('accounts that no AppUser declares are counted and reported', async () => {
  cluster.cvat.people.add({ username: 'intruder', email: 'intruder@example.net' });
  const undeclared = 'app_user_operator_accounts{state="undeclared"}';
  await until('it is counted', async () => (await operator.metric(undeclared)) >= 1);
  await until('there is an Event', async () => (await cluster.events('app-user-operator')).some(({ note }) => note.includes('"intruder"')));
});

test('nothing personal is in the log', () => {
  const log = operator.log(100_000);
  expect(log).toContain('"appUser":"john"');
  for (const secret of ['example.com', 'Doe', 'Body', 'intruder']) expect(log).not.toContain(secret);
});

test('when the application is gone, an AppUser can go', async () => {
  await cluster.create('orphan');
  await cluster.reason('orphan', 'Synced');
  await cluster.cvat.stop();
  await cluster.api.request({ method: 'DELETE', path: `/api/v1/namespaces/people/services/${SERVICE}` });
  await cluster.delete('orphan');
  await cluster.gone('orphan');
  await until('there is an Event', async () => (await cluster.events('orphan')).some(({ reason }) => reason === 'ApplicationGone'));
  await cluster.makeService();
  await cluster.cvat.restart();
});

describe('of its rights', () => {
  test('each is tried here', () => {
    expect(PERMISSIONS.map(({ verb, resource }) => `${verb} ${resource}`).sort()).toEqual(Object.keys(PERMISSION_USES).sort());
  });

  test.each(PERMISSIONS)('it needs the one to $verb $resource', async (right) => {
    const name = `${right.verb} ${right.resource}`;
    const refusals = async (): Promise<number> => (await operator.requests(403)).get(name) ?? 0;
    await cluster.allow(rulesWithout(right), right);
    const before = await refusals();
    try {
      await PERMISSION_USES[name]?.(cluster);
      await until(`the operator is refused to ${name}`, async () => (await refusals()) > before);
    } finally {
      await cluster.allow(RULES, right);
    }
  });

  test('with all of them, it makes up for what it could not do', async () => {
    cluster.cvat.faults.clear();
    for (const name of ['patch', 'status', 'secrets', 'events']) await cluster.reason(`right-to-${name}`, 'Synced');
    for (const name of ['delete', 'services']) await cluster.gone(`right-to-${name}`);
  });
});

test('one of two replicas leads; when it is stopped, it releases its Lease, and the other one leads', async () => {
  const other = await cluster.operator('operator-1');
  await until('the other is ready', async () => (await other.answer('/readyz'))?.status === 200);
  expect([await operator.metric('app_user_operator_leading'), await other.metric('app_user_operator_leading')]).toEqual([1, 0]);
  expect([...(await other.requests()).keys()]).toEqual(['get leases']);
  const { holderIdentity } = await cluster.lease();
  expect(holderIdentity).toBeTruthy();
  expect(await operator.program.stop()).toEqual({ code: 0, signal: null });
  // Otherwise the other would wait until the Lease runs out.
  expect((await cluster.lease()).holderIdentity).not.toBe(holderIdentity);
  await other.leads();
  await cluster.create('handed-over');
  await cluster.reason('handed-over', 'Synced');
});
