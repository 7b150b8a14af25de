import type { Account } from '../../src/accounts/account';
import { Directory } from '../../src/directory/directory';
import { FakeClock, settled } from '../fake-clock';
import { Application } from '../model/application';
import { Hazard } from '../model/hazard';

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

function set(freed?: (one: Account) => void): { slow: Slow; clock: FakeClock; directory: Directory } {
  const clock = new FakeClock();
  const slow = new Slow(new Hazard());
  return { slow, clock, directory: new Directory(slow, clock, freed) };
}

test('all accounts are read once for everybody who asks at the same time', async () => {
  const { slow, directory } = set();
  const all = Promise.all([directory.ensure(), directory.ensure(), directory.refresh()]);
  await slow.turn([account(1), account(2)]);
  await slow.turn([account(3)]);
  await slow.turn();
  await all;
  await directory.ensure();
  expect(slow.reads).toBe(1);
  expect([...directory.all()].map(({ id }) => id)).toEqual([1, 2, 3]);
});

test('it is as old as the moment in which the reading began', async () => {
  const { slow, clock, directory } = set();
  expect(directory.ageSeconds).toBe(Infinity);
  const read = directory.refresh();
  await clock.pass(3000);
  await slow.turn([account(1)]);
  await slow.turn();
  await read;
  await clock.pass(2000);
  expect(directory.ageSeconds).toBe(5);
});

test('accounts are found by number, name and address, by name in any case', async () => {
  const { directory } = set();
  directory.put(account(1, { username: 'Jane', emailAddress: 'jane@x.test' }));
  directory.put(account(2, { username: 'jane', emailAddress: 'jane@x.test' }));
  expect(directory.byId(1)?.username).toBe('Jane');
  expect(directory.byUsername('jane')?.id).toBe(2);
  expect(directory.withUsername('JANE').map(({ id }) => id)).toEqual([1, 2]);
  expect(directory.withEmailAddress('jane@x.test').map(({ id }) => id)).toEqual([1, 2]);
  directory.forget(1);
  expect(directory.withUsername('JANE').map(({ id }) => id)).toEqual([2]);
  expect(directory.withEmailAddress('jane@x.test').map(({ id }) => id)).toEqual([2]);
});

test('what the operator changes while all accounts are read is not lost when they are', async () => {
  const { slow, directory } = set();
  const read = directory.refresh();
  await slow.turn([account(1), account(2)]);
  directory.put(account(1, { emailAddress: 'new@x.test' }));
  directory.forget(2);
  directory.put(account(3));
  await slow.turn();
  await read;
  expect([...directory.all()].map(({ id, emailAddress }) => [id, emailAddress])).toEqual([
    [1, 'new@x.test'],
    [3, '3@x.test'],
  ]);
  expect(directory.withEmailAddress('1@x.test')).toEqual([]);
});

test('a reading that fails leaves what was known', async () => {
  const { slow, directory } = set();
  directory.put(account(7));
  const read = directory.refresh();
  await settled();
  slow.next(Promise.reject(new Error('broken')) as never);
  await expect(read).rejects.toThrow('broken');
  expect(directory.byId(7)).toBeDefined();
  expect(directory.ageSeconds).toBe(Infinity);
});

test('a name and an address that become free are told of, and nothing else', () => {
  const freed: string[] = [];
  const { directory } = set(({ username }) => freed.push(username));
  directory.put(account(1));
  directory.put(account(1, { firstName: 'New' }));
  expect(freed).toEqual([]);
  directory.put(account(1, { username: 'renamed' }));
  directory.put(account(1, { username: 'renamed', emailAddress: 'moved@x.test' }));
  directory.forget(1);
  directory.forget(1);
  expect(freed).toEqual(['person-1', 'renamed', 'renamed']);
});
