import { application } from '../accounts/application';
import type { AppUser } from '../app-user/app-user';

/** Why a credentials Secret has no password. No application lets an administrator read or set one. */
export type PasswordUnknown = 'Adopted' | 'SecretLost';

/** What an AppUser's credentials Secret says. */
export interface CredentialsContent {
  /** Where the person logs in. */
  readonly url: string;
  readonly username: string;
  readonly emailAddress: string;
  /** The first password. A person can change it in the application, and no API tells. */
  readonly password?: string;
  /** The account's id: with it, the account is found again when the AppUser is deleted and created again. */
  readonly userId?: number;
  /**
   * The address that the operator registered the account with, which an application may reserve for it for ever: so the AppUser can have it back.
   * Undefined for an account that the operator has not registered, or whose Secret was lost.
   */
  readonly registeredEmailAddress?: string | undefined;
  /** The AppUser that it was written for: another of the same name may be another person. */
  readonly appUserUid: string;
  readonly passwordUnknown?: PasswordUnknown;
}

/** A Secret as it was read; `foreign` if it is not the operator's: then it is not changed. */
export type Credentials =
  | ({ readonly kind: 'ours'; readonly resourceVersion: string } & CredentialsContent)
  | { readonly kind: 'foreign'; readonly resourceVersion: string };

export type OwnCredentials = Extract<Credentials, { kind: 'ours' }>;

const SUFFIX = `-${application.secretSuffix}`;
const PURPOSE_LABEL = 'kapernikov.com/purpose';
const PURPOSE = 'credentials';
const ACCOUNT_ANNOTATION = 'kapernikov.com/account';
const REGISTERED_ANNOTATION = 'kapernikov.com/registered-email-address';
const APP_USER_ANNOTATION = 'kapernikov.com/app-user-uid';
const PASSWORD_ANNOTATION = 'kapernikov.com/password-unknown';

export const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'app-user-operator' } as const;

/** The longest name that Kubernetes gives an object. */
const LONGEST_NAME = 253;

export const LONGEST_APP_USER_NAME = LONGEST_NAME - SUFFIX.length;

/** The name of an AppUser's Secret; undefined if it would be too long. */
export function secretNameOf({ name }: Pick<AppUser, 'name'>): string | undefined {
  return name.length + SUFFIX.length <= LONGEST_NAME ? `${name}${SUFFIX}` : undefined;
}

/** A Secret, with the fields that are read or written. In a merge patch, `null` removes a field. */
export interface SecretManifest {
  readonly metadata: {
    readonly name: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string | null>>;
  };
  readonly data?: Readonly<Record<string, string | null>>;
}

export function toManifest(name: string, content: CredentialsContent): SecretManifest {
  const { url, username, emailAddress, password, userId, registeredEmailAddress, appUserUid, passwordUnknown } = content;
  return {
    metadata: {
      name,
      labels: { ...MANAGED_BY, [PURPOSE_LABEL]: PURPOSE },
      annotations: {
        [APP_USER_ANNOTATION]: appUserUid,
        [ACCOUNT_ANNOTATION]: userId === undefined ? null : String(userId),
        [REGISTERED_ANNOTATION]: registeredEmailAddress ?? null,
        [PASSWORD_ANNOTATION]: passwordUnknown ?? null,
      },
    },
    data: {
      url: encode(url),
      username: encode(username),
      emailAddress: encode(emailAddress),
      password: password === undefined ? null : encode(password),
    },
  };
}

export function fromManifest({ metadata, data = {} }: SecretManifest): Credentials {
  const { resourceVersion = '', labels = {}, annotations = {} } = metadata;
  if (labels[PURPOSE_LABEL] !== PURPOSE) return { kind: 'foreign', resourceVersion };
  const text = (key: string): string => Buffer.from(data[key] ?? '', 'base64').toString();
  const userId = Number(annotations[ACCOUNT_ANNOTATION] ?? NaN);
  const registeredEmailAddress = annotations[REGISTERED_ANNOTATION];
  const unknown = annotations[PASSWORD_ANNOTATION];
  return {
    kind: 'ours',
    resourceVersion,
    url: text('url'),
    username: text('username'),
    emailAddress: text('emailAddress'),
    ...(data['password'] && { password: text('password') }),
    ...(Number.isSafeInteger(userId) && { userId }),
    ...(registeredEmailAddress && { registeredEmailAddress }),
    appUserUid: annotations[APP_USER_ANNOTATION] ?? '',
    ...((unknown === 'Adopted' || unknown === 'SecretLost') && { passwordUnknown: unknown }),
  };
}

/** Without the nulls of a merge patch: for a Secret that is created. */
export function withoutNulls({ metadata, data = {} }: SecretManifest): SecretManifest {
  const present = (record: Readonly<Record<string, string | null>>): Record<string, string> =>
    Object.fromEntries(Object.entries(record).filter((entry): entry is [string, string] => entry[1] !== null));
  return { metadata: { ...metadata, annotations: present(metadata.annotations ?? {}) }, data: present(data) };
}

export function sameContent(one: CredentialsContent, other: CredentialsContent): boolean {
  const keys = [
    'url',
    'username',
    'emailAddress',
    'password',
    'userId',
    'registeredEmailAddress',
    'appUserUid',
    'passwordUnknown',
  ] as const;
  return keys.every((key) => one[key] === other[key]);
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}
