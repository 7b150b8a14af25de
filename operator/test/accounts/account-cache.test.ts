import type { Account } from '../../src/accounts/account';
import { AccountCache } from '../../src/accounts/account-cache';
import { FakeClock, settled } from '../fake-clock';
import { Application } from '../model/application';
import { FaultInjector } from '../model/fault-injection';

const account = (id: number, details: Partial<Account> = {}): Account => ({
  ...{ id, username: `person-${id}`, firstName: '', lastName: '', emailAddress: `${id}@x.test`, active: true, privileged: false },
  ...details,
});

/** An application whose pages come when the test says so. */
class Slow extends Application {
  reads = 0;
  next: (page: readonly Account[] | undefined) => void = () => undefined;

  override async *pages(): AsyncIterable<readonly Account[]> {
    this.reads++;
    for (;;) {
      const page = await new Promise<readonly Account[] | undefined>((resolve) => (this.next = resolve));
      if (page === undefined) return;
      yield page;
    }
  }

  async turn(page?: readonly Account[]): Promise<void> {
    await settled();
    this.next(page);
    await settled();
  }
}

function set(freed?: (one: Account) => void): { slow: Slow; clock: FakeClock; accountCache: AccountCache } {
  const clock = new FakeClock();
  const slow = new Slow(new FaultInjector());
  return { slow, clock, accountCache: new AccountCache(slow, clock, freed) };
}

test('all accounts are read once for all concurrent callers', async () => {
  const { slow, accountCache } = set();
  const all = Promise.all([accountCache.ensure(), accountCache.ensure(), accountCache.refresh()]);
  await slow.turn([account(1), account(2)]);
  await slow.turn([account(3)]);
  await slow.turn();
  await all;
  await accountCache.ensure();
  expect(slow.reads).toBe(1);
  expect([...accountCache.all()].map(({ id }) => id)).toEqual([1, 2, 3]);
});

test('it is as old as the moment in which the reading began', async () => {
  const { slow, clock, accountCache } = set();
  expect(accountCache.ageSeconds).toBe(Infinity);
  const read = accountCache.refresh();
  await clock.pass(3000);
  await slow.turn([account(1)]);
  await slow.turn();
  await read;
  await clock.pass(2000);
  expect(accountCache.ageSeconds).toBe(5);
});

test('accounts are found by number, name and address, by name in any case', async () => {
  const { accountCache } = set();
  accountCache.put(account(1, { username: 'Jane', emailAddress: 'jane@x.test' }));
  accountCache.put(account(2, { username: 'jane', emailAddress: 'jane@x.test' }));
  expect(accountCache.byId(1)?.username).toBe('Jane');
  expect(accountCache.byUsername('jane')?.id).toBe(2);
  expect(accountCache.withUsername('JANE').map(({ id }) => id)).toEqual([1, 2]);
  expect(accountCache.withEmailAddress('jane@x.test').map(({ id }) => id)).toEqual([1, 2]);
  accountCache.forget(1);
  expect(accountCache.withUsername('JANE').map(({ id }) => id)).toEqual([2]);
  expect(accountCache.withEmailAddress('jane@x.test').map(({ id }) => id)).toEqual([2]);
});

test('what the operator changes while all accounts are read is not lost when they are', async () => {
  const { slow, accountCache } = set();
  const read = accountCache.refresh();
  await slow.turn([account(1), account(2)]);
  accountCache.put(account(1, { emailAddress: 'new@x.test' }));
  accountCache.forget(2);
  accountCache.put(account(3));
  await slow.turn();
  await read;
  expect([...accountCache.all()].map(({ id, emailAddress }) => [id, emailAddress])).toEqual([
    [1, 'new@x.test'],
    [3, '3@x.test'],
  ]);
  expect(accountCache.withEmailAddress('1@x.test')).toEqual([]);
});

test('a reading that fails leaves what was known', async () => {
  const { slow, accountCache } = set();
  accountCache.put(account(7));
  const read = accountCache.refresh();
  await settled();
  slow.next(Promise.reject(new Error('broken')) as never);
  await expect(read).rejects.toThrow('broken');
  expect(accountCache.byId(7)).toBeDefined();
  expect(accountCache.ageSeconds).toBe(Infinity);
});

test('only names and addresses that become free are reported', () => {
  const freed: string[] = [];
  const { accountCache } = set(({ username }) => freed.push(username));
  accountCache.put(account(1));
  accountCache.put(account(1, { firstName: 'New' }));
  expect(freed).toEqual([]);
  accountCache.put(account(1, { username: 'renamed' }));
  accountCache.put(account(1, { username: 'renamed', emailAddress: 'moved@x.test' }));
  accountCache.forget(1);
  accountCache.forget(1);
  expect(freed).toEqual(['person-1', 'renamed', 'renamed']);
});
