import fc from 'fast-check';
import { type AppUser, isOlder, trimmed } from '../../src/app-user/app-user';
import { AppUsers } from '../../src/app-user/app-users';

function made(name: string, emailAddress: string, details: { username?: string; userId?: number } = {}): AppUser {
  const metadata = { name, uid: `uid-${name}`, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
  const { username, userId } = details;
  const spec = { firstName: 'A', lastName: 'B', emailAddress, ...(username !== undefined && { username }) };
  return trimmed({ metadata, spec, status: userId === undefined ? {} : { userId } });
}

const namesOf = (appUsers: Iterable<AppUser>): string[] => [...appUsers].map(({ name }) => name).sort();

test('of an object only what is needed is kept', () => {
  const metadata = {
    ...{ name: 'john', uid: 'u', resourceVersion: '5', generation: 3, creationTimestamp: '2026-01-01T00:00:00Z' },
    ...{ deletionTimestamp: '2026-02-01T00:00:00Z', finalizers: ['f'], managedFields: [{ big: 'x' }], namespace: 'n' },
    annotations: { 'kapernikov.com/adopt': 'true', other: 'y' },
  };
  const spec = { firstName: 'A', lastName: 'B', emailAddress: 'a@x.test' };
  expect(trimmed({ metadata, spec })).toEqual({
    ...{ name: 'john', uid: 'u', resourceVersion: '5', generation: 3, createdAt: '2026-01-01T00:00:00Z' },
    ...{ deleting: true, finalizers: ['f'], adopt: true, spec, status: {} },
  });
});

test('AppUsers are found by name and address in any case, and by their account', () => {
  const all = new AppUsers();
  all.put(made('john', 'John@x.test', { userId: 7 }));
  all.put(made('other', 'o@x.test', { username: 'John' }));
  expect(namesOf(all.withUsername('JOHN'))).toEqual(['john', 'other']);
  expect(namesOf(all.withEmailAddress('john@X.test'))).toEqual(['john']);
  expect(namesOf(all.withAccount(7))).toEqual(['john']);
  expect(namesOf(all.rivalsOf(made('new', 'o@x.test', { username: 'JOHN' })))).toEqual(['john', 'other']);
});

test('after any puts and removals, the indices agree with a scan of all AppUsers', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const emailAddress = fc.constantFrom('one@x.test', 'TWO@x.test', 'two@x.test');
  const move = fc.record({ name, emailAddress, userId: fc.nat(2), remove: fc.boolean() });
  fc.assert(
    fc.property(fc.array(move), (moves) => {
      const all = new AppUsers();
      for (const { name, emailAddress, userId, remove } of moves) {
        if (remove) all.remove(name);
        else all.put(made(name, emailAddress, { userId }));
        for (const address of ['one@x.test', 'two@x.test']) {
          const expected = [...all.all()].filter(({ spec }) => spec.emailAddress.toLowerCase() === address);
          expect(namesOf(all.withEmailAddress(address))).toEqual(namesOf(expected));
        }
        for (const id of [0, 1, 2]) {
          expect(namesOf(all.withAccount(id))).toEqual(namesOf([...all.all()].filter(({ status }) => status.userId === id)));
        }
        expect(namesOf(all.all())).toEqual([...all.names()].sort());
      }
    }),
    { seed: 1 },
  );
});

test('of two that were made in the same second, always the same is the older one', () => {
  const [one, other] = [made('one', 'a@x.test'), made('other', 'b@x.test')];
  expect(isOlder(one, other)).toBe(!isOlder(other, one));
  expect(isOlder({ ...one, createdAt: '2025-12-31T00:00:00Z' }, other)).toBe(true);
  expect(isOlder({ ...one, createdAt: '2026-12-31T00:00:00Z' }, other)).toBe(false);
});
