import { type AppUser, type AppUserManifest, type AppUserStatus, trimmed } from '../app-user/app-user';
import {
  type Credentials,
  type CredentialsContent,
  fromManifest,
  secretNameOf,
  type SecretManifest,
  toManifest,
  withoutNulls,
} from '../credentials/credentials';
import type { Notice } from '../reconcile/action';
import { Changed, type ObjectStore } from '../reconcile/object-store';
import type { TimeSource } from '../queue/time-source';
import { type ApiClient, type ApiRequest, isStatus } from './api-client';
import type { EventRecorder } from './event-recorder';

export interface NamespaceObjectsOptions {
  readonly client: ApiClient;
  readonly namespace: string;
  readonly recorder: EventRecorder;
  readonly clock: TimeSource;
  /** The application's Service; without it, the application is never taken for gone. */
  readonly service?: string;
  /** A Service that is missing for a shorter time is being replaced: an upgrade may do that. */
  readonly goneAfterSeconds: number;
  /** Called with each recorded Event, for the log. */
  readonly onNotice: (name: string, notice: Notice) => void;
  /** Called with what was written, and before the watch tells; undefined when it has gone. */
  readonly written: (name: string, appUser: AppUser | undefined) => void;
}

/** Longer than any pause between two tries. */
const FORGET_MILLISECONDS = 10 * 60_000;

/** The objects of the operator's namespace. */
export class NamespaceObjects implements ObjectStore {
  /** Since when the application's Service has been missing, and when that was last looked at. */
  private missing: { readonly since: number; readonly seenAt: number } | undefined;

  constructor(private readonly options: NamespaceObjectsOptions) {}

  async credentialsOf(appUser: AppUser): Promise<Credentials | undefined> {
    const secret = await this.optional<SecretManifest>({ path: `${this.secrets}/${secretNameOf(appUser)}` });
    return secret && fromManifest(secret);
  }

  async writeCredentials(appUser: AppUser, before: Credentials | undefined, content: CredentialsContent): Promise<Credentials> {
    const manifest = toManifest(secretNameOf(appUser) ?? '', content);
    const { metadata, data } = manifest;
    if (before === undefined) {
      const body = { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', ...withoutNulls(manifest) };
      return fromManifest(await this.current({ method: 'POST', path: this.secrets, body }));
    }
    const body = { metadata: { ...metadata, resourceVersion: before.resourceVersion }, data };
    return fromManifest(await this.current({ method: 'PATCH', path: `${this.secrets}/${metadata.name}`, body }));
  }

  async deleteCredentials(appUser: AppUser, { resourceVersion }: Credentials): Promise<void> {
    const path = `${this.secrets}/${secretNameOf(appUser)}`;
    try {
      await this.current({ method: 'DELETE', path, body: { preconditions: { resourceVersion } } });
    } catch (error) {
      if (!(error instanceof Changed)) throw error;
      // Gone is what was wanted.
      if ((await this.credentialsOf(appUser)) !== undefined) throw error;
    }
  }

  async setFinalizers(appUser: AppUser, finalizers: readonly string[]): Promise<AppUser | undefined> {
    const after = await this.patch(appUser, '', { metadata: { resourceVersion: appUser.resourceVersion, finalizers } });
    const gone = after.deleting && after.finalizers.length === 0;
    this.options.written(appUser.name, gone ? undefined : after);
    return gone ? undefined : after;
  }

  async writeStatus(appUser: AppUser, status: AppUserStatus): Promise<AppUser> {
    // What a merge patch does not mention stays: so it mentions what is to go.
    const removed = Object.fromEntries(Object.keys(appUser.status).map((field) => [field, null]));
    const metadata = { resourceVersion: appUser.resourceVersion };
    const after = await this.patch(appUser, '/status', { metadata, status: { ...removed, ...status } });
    this.options.written(appUser.name, after);
    return after;
  }

  async applicationIsGone(): Promise<boolean> {
    const { service, namespace, clock, goneAfterSeconds } = this.options;
    if (service === undefined) return false;
    const found = await this.optional({ path: `/api/v1/namespaces/${namespace}/services/${service}` });
    if (found !== undefined) {
      this.missing = undefined;
      return false;
    }
    const now = clock.now();
    // What was long ago says nothing about the time in between.
    const known = this.missing && now - this.missing.seenAt < FORGET_MILLISECONDS ? this.missing.since : now;
    this.missing = { since: known, seenAt: now };
    return now - known >= goneAfterSeconds * 1000;
  }

  tell({ name, uid }: AppUser, notice: Notice): Promise<void> {
    const { namespace, recorder, onNotice } = this.options;
    onNotice(name, notice);
    return recorder.tell({ apiVersion: 'kapernikov.com/v1', kind: 'AppUser', name, namespace, uid }, notice);
  }

  private async patch({ name }: AppUser, subresource: string, body: object): Promise<AppUser> {
    const path = `/apis/kapernikov.com/v1/namespaces/${this.options.namespace}/appusers/${name}${subresource}`;
    return trimmed(await this.current<AppUserManifest>({ method: 'PATCH', path, body }));
  }

  private get secrets(): string {
    return `/api/v1/namespaces/${this.options.namespace}/secrets`;
  }

  private async optional<Answer>(request: ApiRequest): Promise<Answer | undefined> {
    try {
      return await this.options.client.request<Answer>(request);
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }

  /** A write that builds on what was read. */
  private async current<Answer>(request: ApiRequest): Promise<Answer> {
    try {
      return await this.options.client.request<Answer>(request);
    } catch (error) {
      if (isStatus(error, 409) || isStatus(error, 404)) throw new Changed(error.message);
      throw error;
    }
  }
}
