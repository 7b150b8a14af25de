import { decide } from '../../src/reconcile/decide';
import type { Account } from '../../src/accounts/account';
import { type AppUser, type AppUserSpec, FINALIZER } from '../../src/app-user/app-user';
import type { OwnCredentials } from '../../src/credentials/credentials';
import type { ReconcileContext } from '../../src/reconcile/context';
import type { Failure, Observation } from '../../src/reconcile/observation';

export const NOW = '2026-11-23T12:00:00Z';

export function appUser(details: Partial<Omit<AppUser, 'spec'>> & { readonly spec?: Partial<AppUserSpec> } = {}): AppUser {
  return {
    ...{ name: 'john.doe', uid: 'uid-1', resourceVersion: '1', generation: 1, createdAt: '2026-01-01T00:00:00Z' },
    ...{ deleting: false, finalizers: [FINALIZER], adopt: false, status: {} },
    ...details,
    spec: { firstName: 'John', lastName: 'Doe', emailAddress: 'John.Doe@x.test', ...details.spec },
  };
}

/** The account that `appUser()` wants. */
export function account(details: Partial<Account> = {}): Account {
  return {
    ...{ id: 7, username: 'john.doe', firstName: 'John', lastName: 'Doe', emailAddress: 'john.doe@x.test' },
    ...{ active: true, privileged: false },
    ...details,
  };
}

/** The Secret that goes with both. */
export function credentials(details: Partial<OwnCredentials> = {}): OwnCredentials {
  return {
    ...{ kind: 'ours', resourceVersion: '5', url: 'http://cvat.test', username: 'john.doe', emailAddress: 'john.doe@x.test' },
    ...{ password: 'secret', userId: 7, appUserUid: 'uid-1' },
    ...details,
  };
}

export function without<Thing extends object, Key extends keyof Thing>(thing: Thing, key: Key): Omit<Thing, Key> {
  return Object.fromEntries(Object.entries(thing).filter(([name]) => name !== key)) as Omit<Thing, Key>;
}

export function observation(details: Partial<Observation> = {}): Observation {
  return {
    ...{ appUser: appUser(), credentials: credentials(), account: account() },
    ...{ ownership: 'ours', fresh: true, touched: false },
    ...details,
  };
}

export function context({ accounts = [], appUsers = [], ...details }: Partial<ReconcileContext> & Others = {}): ReconcileContext {
  return {
    ...{ now: NOW, publicUrl: 'http://cvat.test', normalized: (fields) => fields, accountsAgeSeconds: 0 },
    accountsWithUsername: (name) => accounts.filter(({ username }) => username.toLowerCase() === name.toLowerCase()),
    accountsWithEmailAddress: (address) => accounts.filter(({ emailAddress }) => emailAddress === address),
    appUsersWithUsername: (name) => appUsers.filter((one) => (one.spec.username ?? one.name).toLowerCase() === name.toLowerCase()),
    appUsersWithEmailAddress: (address) => appUsers.filter(({ spec }) => spec.emailAddress.toLowerCase() === address),
    appUsersWithAccount: (id) => appUsers.filter(({ status }) => status.userId === id),
    ...details,
  };
}

interface Others {
  readonly accounts?: readonly Account[];
  readonly appUsers?: readonly AppUser[];
}

export const absent = { account: undefined, credentials: undefined, ownership: 'unproven' } as const;
export const unproven = { ownership: 'unproven', credentials: undefined } as const;
export const older = (details: Parameters<typeof appUser>[0]): AppUser =>
  appUser({ name: 'older', uid: 'uid-0', createdAt: '2025-01-01T00:00:00Z', ...details });
export const unavailable = (details: Partial<Extract<Failure, { kind: 'unavailable' }>> = {}): Failure => ({
  ...{ kind: 'unavailable', message: 'down', acting: false },
  ...details,
});

/** The reason of the condition Ready in the status that is to be written. */
export function problem(known: Observation, around: ReconcileContext = context()): string | undefined {
  const action = decide(known, around);
  return action.kind === 'write-status' ? action.status.conditions?.find(({ type }) => type === 'Ready')?.reason : action.kind;
}

/** The status of an AppUser that is in sync, and that AppUser with it. */
export function inSync(): Observation {
  const action = decide(observation(), context());
  if (action.kind !== 'write-status') throw new Error(`unexpected: ${action.kind}`);
  return observation({ appUser: appUser({ status: action.status }) });
}
