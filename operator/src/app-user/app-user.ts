import type { AppUserSpecDeletionPolicy, AppUserSpec as GeneratedSpec } from '../../../imports/kapernikov.com';

/** The types come from the CRD, except those of the status, which are not generated. */
export type AppUserSpec = Omit<GeneratedSpec, 'deletionPolicy'> & { readonly deletionPolicy?: `${AppUserSpecDeletionPolicy}` };

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly observedGeneration: number;
  readonly lastTransitionTime: string;
  readonly reason: string;
  readonly message: string;
}

export interface AppUserStatus {
  readonly observedGeneration?: number;
  readonly username?: string;
  readonly userId?: number;
  readonly credentialsSecretName?: string;
  readonly lastSyncTime?: string;
  readonly conditions?: readonly Condition[];
}

/** What the operator needs to know of an AppUser, and nothing else: ten thousand of them are kept in memory. */
export interface AppUser {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  readonly createdAt: string;
  /** It has a deletion timestamp, and exists because of its finalizers. */
  readonly deleting: boolean;
  readonly finalizers: readonly string[];
  /** A person allows that an account which the operator has not made becomes this AppUser's. */
  readonly adopt: boolean;
  readonly spec: AppUserSpec;
  readonly status: AppUserStatus;
}

/** Keeps the object until its account has been closed or removed. */
export const FINALIZER = 'kapernikov.com/account';

/** By this annotation, with the value "true", a person allows the adoption of an account. */
export const ADOPT_ANNOTATION = 'kapernikov.com/adopt';

/** An AppUser as the API server sends it, as far as it is read. */
export interface AppUserManifest {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation?: number;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: AppUserSpec;
  readonly status?: AppUserStatus;
}

export function trimmed({ metadata, spec, status = {} }: AppUserManifest): AppUser {
  return {
    name: metadata.name,
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    generation: metadata.generation ?? 0,
    createdAt: metadata.creationTimestamp,
    deleting: metadata.deletionTimestamp !== undefined,
    finalizers: metadata.finalizers ?? [],
    adopt: metadata.annotations?.[ADOPT_ANNOTATION] === 'true',
    spec,
    status,
  };
}

/** The name that the account is to have. */
export function usernameOf({ name, spec }: AppUser): string {
  return spec.username ?? name;
}

/** The address that the account is to have: applications store and compare it in lower case. */
export function emailAddressOf({ spec }: AppUser): string {
  return spec.emailAddress.toLowerCase();
}

/**
 * The username that every account is registered with. It is changed to the declared one only after the account's id is in the Secret.
 *
 * An application may commit a registration long after the client gave up, when the AppUser has an account already or is gone. The name carries
 * the AppUser's uid, so such an account is recognized whenever it appears. It is the same for every attempt on purpose: usernames are unique in
 * the application's database, so at most one account per AppUser can have it, and one exact lookup finds it. Therefore:
 * - while no id is recorded, the account of this name, if any, is the AppUser's account: an attempt that committed;
 * - once an id is recorded and that account exists, an account of this name is surplus, and its username was never given to a person;
 * - when no AppUser has the uid, the AppUser was deleted before the commit, and the account is surplus.
 */
export function temporaryUsernameOf({ uid }: Pick<AppUser, 'uid'>): string {
  return `${TEMPORARY_PREFIX}${uid}`;
}

const TEMPORARY_PREFIX = 'app-user-';

/** The uid in a temporary username; undefined for every other username. */
export function uidOfTemporaryUsername(username: string): string | undefined {
  const uid = username.startsWith(TEMPORARY_PREFIX) ? username.slice(TEMPORARY_PREFIX.length) : '';
  return UID.test(uid) ? uid : undefined;
}

/** As the API server generates them. */
const UID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Which of two AppUsers was there first. */
export function isOlder(one: AppUser, other: AppUser): boolean {
  return one.createdAt === other.createdAt ? one.uid < other.uid : one.createdAt < other.createdAt;
}

export function conditionOf({ status }: AppUser, type: string): Condition | undefined {
  return status.conditions?.find((condition) => condition.type === type);
}
