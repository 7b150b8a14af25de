import fc from 'fast-check';
import type { AppUserSpec } from '../../src/app-user/app-user';
import { NO_FAULT, type Plan } from './fault-injection';

/** The events, in any order. */
export type Event =
  | { readonly kind: 'create'; readonly name: string; readonly spec: AppUserSpec; readonly adopt: boolean }
  | { readonly kind: 'edit'; readonly name: string; readonly spec: Partial<AppUserSpec>; readonly adopt?: boolean }
  | { readonly kind: 'delete'; readonly name: string }
  | { readonly kind: 'secret-lost'; readonly name: string }
  | { readonly kind: 'password-key-lost'; readonly name: string }
  /** A person changes the n-th account of the application. */
  | { readonly kind: 'account-changes'; readonly nth: number; readonly change: AccountChange }
  | { readonly kind: 'register'; readonly username: string; readonly emailAddress: string }
  | { readonly kind: 'watch-delivers' }
  | { readonly kind: 'resync' }
  /** A registration that the operator gave up is committed: the n-th of them. */
  | { readonly kind: 'late-commit'; readonly nth: number }
  /** CVAT begins or ceases to refuse registrations. */
  | { readonly kind: 'refuses'; readonly reason: 'invalid' | 'forbidden' | undefined }
  | { readonly kind: 'restart' }
  | { readonly kind: 'reconcile'; readonly name: string; readonly plan: Plan };

export type AccountChange =
  | 'renames-itself'
  | 'takes-temporary-username'
  | 'deletes-itself'
  | 'changes-password'
  | 'is-deactivated'
  | 'changes-names'
  | 'changes-address'
  | 'is-promoted';

/** Few of each, so that they meet. Two are too short to be registered. */
export const NAMES = ['john', 'jd', 'alice', 'robert'] as const;
export const EMAIL_ADDRESSES = ['One@x.test', 'two@x.test', 'three@x.test', 'four@x.test'] as const;

const name = fc.constantFrom(...NAMES);
const emailAddress = fc.constantFrom(...EMAIL_ADDRESSES);
const deletionPolicy = fc.constantFrom('Deactivate' as const, 'Delete' as const);
const username = fc.option(fc.constantFrom('alice', 'Alice', 'eve', 'mallory'), { nil: undefined, freq: 5 });

const spec: fc.Arbitrary<AppUserSpec> = fc
  .record({ firstName: fc.constantFrom('Ann', 'Bob'), lastName: fc.constant('Doe'), emailAddress, deletionPolicy, username })
  .map(({ username, ...rest }) => (username === undefined ? rest : { ...rest, username }));

const plan: fc.Arbitrary<Plan> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(NO_FAULT) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('killed' as const, 'killed' as const, 'unavailable' as const),
      atCall: fc.nat(14),
      when: fc.constantFrom('before' as const, 'after' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('late' as const, 'late-killed' as const, 'twice' as const),
      atCall: fc.constant(0),
      when: fc.constant('after' as const),
    }),
  },
);

const change = fc.constantFrom<AccountChange>(
  ...([
    'renames-itself',
    'takes-temporary-username',
    'deletes-itself',
    'changes-password',
    'is-deactivated',
    'changes-names',
    'changes-address',
    'is-promoted',
  ] as const),
);

export const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('create' as const), name, spec, adopt: fc.nat(3).map((n) => n === 0) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('edit' as const), name, spec: fc.record({ emailAddress }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('edit' as const), name, spec: fc.record({ firstName: fc.constantFrom('Ann', 'Bob') }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('edit' as const), name, spec: fc.record({ deletionPolicy }), adopt: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('secret-lost' as const, 'password-key-lost' as const), name }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('account-changes' as const), nth: fc.nat(5), change }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('register' as const),
      username: fc.constantFrom(...NAMES, 'eve', 'zoe'),
      emailAddress,
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'watch-delivers' as const }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('late-commit' as const), nth: fc.nat(3) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('refuses' as const), reason: fc.constantFrom('invalid', 'forbidden', undefined, undefined) }),
  },
  { weight: 2, arbitrary: fc.constantFrom({ kind: 'resync' as const }, { kind: 'restart' as const }) },
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('reconcile' as const), name, plan }) },
);
