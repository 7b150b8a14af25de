import type { AppUserSpec } from '../../src/app-user/app-user';
import type { Event } from './events';
import { NO_FAULT } from './fault-injection';
import { Model } from './model';

/** What random runs have found: each of these once ended wrong. */

const create = (name: string, emailAddress: string, details: Partial<AppUserSpec> & { adopt?: boolean } = {}): Event => {
  const { adopt = true, ...rest } = details;
  return { kind: 'create', name, spec: { firstName: 'Ann', lastName: 'Doe', emailAddress, ...rest }, adopt };
};
const reconcile = (name: string): Event => ({ kind: 'reconcile', name, plan: NO_FAULT });
const killed = (name: string, atCall: number, when: 'before' | 'after' = 'after'): Event => ({
  kind: 'reconcile',
  name,
  plan: { kind: 'killed', atCall, when },
});
const hears: Event = { kind: 'watch-delivers' };
const changes = (nth: number, change: Extract<Event, { kind: 'account-changes' }>['change']): Event => ({
  kind: 'account-changes',
  nth,
  change,
});

async function after(...events: readonly Event[]): Promise<Model> {
  const model = new Model();
  for (const event of events) await model.happen(event);
  await model.calmDown();
  return model;
}

function reasonOf(model: Model, name: string): string {
  const appUser = model.kubernetes.appUsers.get(name);
  return appUser ? model.ready(appUser) : 'gone';
}

function accountsMade(model: Model): number {
  return [...model.application.stored.values()].filter(({ madeFor }) => madeFor).length;
}

test('an account that was renamed before its number was written down is found by its address and its password', async () => {
  const model = await after(create('robert', 'one@x.test'), hears, killed('robert', 6), changes(0, 'renames-itself'), {
    kind: 'edit',
    name: 'robert',
    spec: { emailAddress: 'three@x.test' },
  });
  expect([reasonOf(model, 'robert'), accountsMade(model)]).toEqual(['True Synced', 1]);
});

test('a number is not forgotten because the account has become unrecognizable: a second one would be made', async () => {
  const model = await after(
    create('robert', 'one@x.test', { adopt: false }),
    hears,
    reconcile('robert'),
    changes(0, 'renames-itself'),
    { kind: 'secret-lost', name: 'robert' },
    { kind: 'edit', name: 'robert', spec: { emailAddress: 'four@x.test' } },
  );
  expect([reasonOf(model, 'robert'), accountsMade(model)]).toEqual(['False NameConflict', 1]);
});

test('an account that two AppUsers could prove to be theirs stays with the one that has it', async () => {
  const model = await after(
    create('robert', 'four@x.test', { username: 'alice' }),
    hears,
    killed('robert', 4),
    create('alice', 'two@x.test'),
    { kind: 'delete', name: 'robert' },
    { kind: 'register', username: 'robert', emailAddress: 'two@x.test' },
    killed('robert', 6, 'before'),
    killed('robert', 6),
    create('robert', 'four@x.test', { username: 'mallory' }),
  );
  expect([reasonOf(model, 'alice'), reasonOf(model, 'robert')]).toEqual(['False EmailConflict', 'True Synced']);
  const ids = [...model.kubernetes.appUsers.values()].map(({ status }) => status.userId);
  expect(new Set(ids).size).toBe(ids.length);
});

test('an account that has become an administrator since all were read is not touched', async () => {
  const model = await after(
    create('john', 'one@x.test'),
    hears,
    reconcile('john'),
    changes(0, 'renames-itself'),
    { kind: 'resync' },
    changes(0, 'is-promoted'),
    reconcile('john'),
  );
  expect(reasonOf(model, 'john')).toBe('False Privileged');
});

test('the account of a deleted AppUser is not given to another person who gets an AppUser of that name', async () => {
  const model = await after(
    create('alice', 'one@x.test', { adopt: false }),
    hears,
    reconcile('alice'),
    { kind: 'delete', name: 'alice' },
    hears,
    reconcile('alice'),
    create('alice', 'four@x.test', { adopt: false, username: 'mallory' }),
  );
  expect([reasonOf(model, 'alice'), accountsMade(model)]).toEqual(['True Synced', 2]);
  expect(model.application.find(({ username }) => username === 'alice')).toMatchObject({ active: false, emailAddress: 'one@x.test' });
});

test('an address that was changed in the application is restored, though its person has changed the password', async () => {
  const model = await after(
    create('robert', 'one@x.test'),
    hears,
    reconcile('robert'),
    changes(0, 'changes-password'),
    changes(0, 'changes-address'),
  );
  expect(reasonOf(model, 'robert')).toBe('True Synced');
  expect(model.application.find(({ username }) => username === 'robert')?.emailAddress).toBe('one@x.test');
});

test('the former address of another account is a conflict for a new AppUser, without a Secret and without writes at each resync', async () => {
  const model = await after(
    { kind: 'register', username: 'alice', emailAddress: 'one@x.test' },
    changes(0, 'changes-address'),
    create('robert', 'one@x.test'),
  );
  expect([reasonOf(model, 'robert'), accountsMade(model)]).toEqual(['False EmailConflict', 0]);
  expect(model.kubernetes.secrets.size).toBe(0);
  model.application.stored.delete(2);
  await model.calmDown();
  expect(reasonOf(model, 'robert')).toBe('True Synced');
});

test('a registration that is committed after its AppUser was deleted leaves no open account, and one that is created again is served', async () => {
  const model = await after(
    create('robert', 'one@x.test'),
    hears,
    { kind: 'reconcile', name: 'robert', plan: { kind: 'late', atCall: 0, when: 'after' } },
    { kind: 'delete', name: 'robert' },
    hears,
    reconcile('robert'),
    create('robert', 'two@x.test'),
  );
  expect(model.application.lateCommits).toBe(1);
  expect(model.application.find(({ emailAddress }) => emailAddress === 'one@x.test')).toMatchObject({ active: false });
  expect(reasonOf(model, 'robert')).toBe('True Synced');
});

test.each(['invalid', 'forbidden'] as const)(
  'a registration that the application refuses as %s writes nothing at the next resyncs, leaves no Secret, and is tried again at each',
  async (reason) => {
    const model = await after({ kind: 'refuses', reason }, create('robert', 'one@x.test'));
    const { writes } = model.faults;
    await model.round();
    await model.round();
    expect([reasonOf(model, 'robert').toLowerCase(), model.faults.writes - writes]).toEqual([`false ${reason}`, 0]);
    expect(model.kubernetes.secrets.size).toBe(0);
    await model.happen({ kind: 'refuses', reason: undefined });
    await model.round();
    expect([reasonOf(model, 'robert'), accountsMade(model), model.kubernetes.secrets.size]).toEqual(['True Synced', 1, 1]);
  },
);

test('an AppUser gets back the address that its account registered with, though its person has changed the password', async () => {
  const model = await after(create('robert', 'one@x.test', { adopt: false }), hears, reconcile('robert'), changes(0, 'changes-password'));
  for (const emailAddress of ['two@x.test', 'three@x.test', 'one@x.test']) {
    await model.happen({ kind: 'edit', name: 'robert', spec: { emailAddress } });
    await model.calmDown();
    expect(reasonOf(model, 'robert')).toBe('True Synced');
    expect(model.application.find(({ username }) => username === 'robert')?.emailAddress).toBe(emailAddress);
  }
  await model.happen({ kind: 'edit', name: 'robert', spec: { emailAddress: 'two@x.test' } });
  await model.calmDown();
  expect(reasonOf(model, 'robert')).toBe('True Synced');
});

test('the address that another account registered with is a conflict, also when the Secret of the AppUser records another one', async () => {
  const model = await after(
    create('robert', 'one@x.test', { adopt: false }),
    hears,
    reconcile('robert'),
    changes(0, 'changes-password'),
    { kind: 'register', username: 'alice', emailAddress: 'two@x.test' },
    changes(1, 'changes-address'),
    { kind: 'edit', name: 'robert', spec: { emailAddress: 'two@x.test' } },
  );
  expect(reasonOf(model, 'robert')).toBe('False EmailConflict');
});
