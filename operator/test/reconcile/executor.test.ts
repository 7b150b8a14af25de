import { type Account, Refused, Unavailable } from '../../src/accounts/account';
import { AccountCache } from '../../src/accounts/account-cache';
import type { Action } from '../../src/reconcile/action';
import { Executor } from '../../src/reconcile/executor';
import type { Observation } from '../../src/reconcile/observation';
import { Observer } from '../../src/reconcile/observer';
import { FakeClock } from '../fake-clock';
import { Application } from '../model/application';
import { FaultInjector } from '../model/fault-injection';
import { Kubernetes } from '../model/kubernetes';
import { account, appUser, credentials, observation, context } from './support';

const faults = new FaultInjector();
let kubernetes: Kubernetes;
let application: Application;
let accountCache: AccountCache;

beforeEach(() => {
  kubernetes = new Kubernetes(faults);
  application = new Application(faults);
  accountCache = new AccountCache(application, new FakeClock());
});

function perform(action: Action, known: Observation = observation()): Promise<Observation> {
  const observer = new Observer(kubernetes, application, accountCache, () => context());
  return new Executor(kubernetes, application, accountCache, observer).perform(action, known);
}

const create: Action = { kind: 'create-account', username: 'john.doe', notice: { type: 'Normal', reason: 'Created', note: 'made' } };
const absent = { account: undefined, ownership: 'unproven' } as const;

test('an account that is made is known, and ours, and people hear of it', async () => {
  const known = await perform(create, observation(absent));
  expect(known).toMatchObject({ account: { username: 'john.doe', emailAddress: 'john.doe@x.test' }, ownership: 'ours', touched: true });
  expect(accountCache.byUsername('john.doe')).toEqual(known.account);
  expect(application.find(({ username }) => username === 'john.doe')?.password).toBe('secret');
  expect(kubernetes.notices).toEqual([expect.objectContaining({ name: 'john.doe', reason: 'Created' })]);
});

test('no account is created with a password that is in no Secret', async () => {
  await expect(perform(create, observation({ ...absent, credentials: undefined }))).rejects.toMatchObject({ name: 'Changed' });
});

test('when a name is taken, the account that has it is looked at: it may be ours, made when an answer got lost', async () => {
  application.register({ username: 'john.doe', emailAddress: 'john.doe@x.test', password: 'secret' });
  expect(await perform(create, observation(absent))).toMatchObject({ account: { username: 'john.doe' }, ownership: 'ours' });
  application.change(2, { password: 'other' });
  expect(await perform(create, observation(absent))).toMatchObject({ account: { username: 'john.doe' }, ownership: 'unproven' });
});

test('a refusal is returned, and no Event says that the action was done', async () => {
  application.register({ username: 'John.Doe' });
  expect(await perform(create, observation(absent))).toMatchObject({ failure: { kind: 'refused', reason: 'username-taken' } });
  expect(kubernetes.notices).toEqual([]);
});

test('an account that has gone when it is to be changed is no longer known', async () => {
  accountCache.put(account());
  const known = await perform({ kind: 'update-account', id: 7, changes: { firstName: 'New' } });
  expect(known).toMatchObject({ account: undefined, ownership: 'unproven' });
  expect(known.failure).toBeUndefined();
  expect(accountCache.byId(7)).toBeUndefined();
});

test.each([
  [{ kind: 'update-account', id: 7, changes: {} }, true],
  [{ kind: 'refresh-accounts' }, false],
] as const)(
  'when the application cannot be asked during %j, it is known whether something was to be changed: %s',
  async (action, acting) => {
    const down = (): Promise<Account> => Promise.reject(new Unavailable('down', 7));
    application.update = down;
    application.pages = async function* () {
      yield [await down()];
    };
    expect(await perform(action)).toMatchObject({ failure: { kind: 'unavailable', message: 'down', retryAfterSeconds: 7, acting } });
  },
);

test('what Kubernetes refuses is an error', async () => {
  await expect(perform({ kind: 'write-status', status: {} })).rejects.toMatchObject({ name: 'Changed' });
});

test('other errors are thrown', async () => {
  application.update = () => Promise.reject(new TypeError('a mistake'));
  await expect(perform({ kind: 'update-account', id: 7, changes: {} })).rejects.toThrow('a mistake');
  application.update = () => Promise.reject(new Refused('forbidden', 'no'));
  expect(await perform({ kind: 'update-account', id: 7, changes: {} })).toMatchObject({ failure: { reason: 'forbidden' } });
});

test('a Secret is written with a new password only when that is wanted', async () => {
  const content = { url: 'u', username: 'john.doe', emailAddress: 'e', appUserUid: 'uid-1' };
  const made = await perform({ kind: 'write-credentials', content, newPassword: true }, observation({ credentials: undefined }));
  expect(made.credentials).toMatchObject({ kind: 'ours', password: expect.stringMatching(/^[A-Za-z0-9_-]{32}$/) });
  const kept = await perform({ kind: 'write-credentials', content: { ...content, password: 'kept' }, newPassword: false }, made);
  expect(kept.credentials).toMatchObject({ password: 'kept' });
  expect(credentials().password).not.toBe('kept');
});

test('with its last finalizer an AppUser is gone', async () => {
  kubernetes.create('john.doe', appUser().spec);
  const stored = kubernetes.appUsers.get('john.doe');
  if (!stored) throw new Error('unreachable');
  const held = await perform({ kind: 'add-finalizer' }, observation({ appUser: stored }));
  expect(held.appUser.finalizers).toEqual(['kapernikov.com/account']);
  kubernetes.delete('john.doe');
  const deleting = kubernetes.appUsers.get('john.doe');
  const gone = await perform({ kind: 'release-finalizer' }, observation({ appUser: deleting ?? stored }));
  expect(gone.appUser).toMatchObject({ deleting: true, finalizers: [] });
  expect(kubernetes.appUsers.size).toBe(0);
});
