import { type AppUser, type AppUserSpec, type AppUserStatus, trimmed } from '../../src/app-user/app-user';
import {
  type Credentials,
  type CredentialsContent,
  fromManifest,
  secretNameOf,
  type SecretManifest,
  toManifest,
  withoutNulls,
} from '../../src/credentials/credentials';
import type { Notice } from '../../src/reconcile/action';
import { Changed, type ObjectStore } from '../../src/reconcile/object-store';
import type { FaultInjector } from './fault-injection';

/** The objects of one namespace, in memory: with versions, finalizers and a status of its own. */
export class Kubernetes implements ObjectStore {
  readonly appUsers = new Map<string, AppUser>();
  readonly secrets = new Map<string, SecretManifest>();
  readonly notices: (Notice & { readonly name: string })[] = [];
  gone = false;
  /** Gets to know what the operator itself has written, as the operator's own cache does. */
  onWritten: (appUser: AppUser) => void = () => undefined;
  private version = 0;

  constructor(private readonly faults: FaultInjector) {}

  create(name: string, spec: AppUserSpec, adopt = false): void {
    if (this.appUsers.has(name)) return;
    const resourceVersion = this.nextVersion();
    const seconds = String(this.version % 60).padStart(2, '0');
    const metadata = {
      name,
      uid: `00000000-0000-4000-8000-${resourceVersion.padStart(12, '0')}`,
      resourceVersion,
      generation: 1,
      creationTimestamp: `2026-01-01T00:00:${seconds}Z`,
    };
    this.appUsers.set(name, { ...trimmed({ metadata, spec }), adopt });
  }

  edit(name: string, spec: Partial<AppUserSpec>, adopt?: boolean): void {
    const before = this.appUsers.get(name);
    if (!before) return;
    const after = { ...before, spec: { ...before.spec, ...spec }, adopt: adopt ?? before.adopt, generation: before.generation + 1 };
    this.appUsers.set(name, { ...after, resourceVersion: this.nextVersion() });
  }

  delete(name: string): void {
    const before = this.appUsers.get(name);
    if (!before || before.deleting) return;
    if (before.finalizers.length === 0) this.appUsers.delete(name);
    else this.appUsers.set(name, { ...before, deleting: true, generation: before.generation + 1, resourceVersion: this.nextVersion() });
  }

  credentialsOf(appUser: AppUser): Promise<Credentials | undefined> {
    return this.faults.around('read', () => {
      const secret = this.secrets.get(this.nameOf(appUser));
      return secret && fromManifest(secret);
    });
  }

  writeCredentials(appUser: AppUser, before: Credentials | undefined, content: CredentialsContent): Promise<Credentials> {
    return this.faults.around('write', () => {
      const name = this.nameOf(appUser);
      if (this.secrets.get(name)?.metadata.resourceVersion !== before?.resourceVersion) throw new Changed('Secret');
      const { metadata, data } = withoutNulls(toManifest(name, content));
      const stored = { metadata: { ...metadata, resourceVersion: this.nextVersion() }, ...(data && { data }) };
      this.secrets.set(name, stored);
      return fromManifest(stored);
    });
  }

  deleteCredentials(appUser: AppUser): Promise<void> {
    return this.faults.around('write', () => void this.secrets.delete(this.nameOf(appUser)));
  }

  setFinalizers(appUser: AppUser, finalizers: readonly string[]): Promise<AppUser | undefined> {
    return this.faults.around('write', () => {
      const before = this.current(appUser);
      if (before.deleting && finalizers.length === 0) {
        this.appUsers.delete(appUser.name);
        return undefined;
      }
      return this.store({ ...before, finalizers });
    });
  }

  writeStatus(appUser: AppUser, status: AppUserStatus): Promise<AppUser> {
    return this.faults.around('write', () => this.store({ ...this.current(appUser), status: structuredClone(status) }));
  }

  applicationIsGone(): Promise<boolean> {
    return this.faults.around('read', () => this.gone);
  }

  tell({ name }: AppUser, notice: Notice): Promise<void> {
    this.notices.push({ ...notice, name });
    return Promise.resolve();
  }

  private current({ name, resourceVersion }: AppUser): AppUser {
    const stored = this.appUsers.get(name);
    if (stored?.resourceVersion !== resourceVersion) throw new Changed(name);
    return stored;
  }

  private store(appUser: AppUser): AppUser {
    const stored = { ...appUser, resourceVersion: this.nextVersion() };
    this.appUsers.set(stored.name, stored);
    this.onWritten(stored);
    return stored;
  }

  private nameOf(appUser: AppUser): string {
    return secretNameOf(appUser) ?? '';
  }

  private nextVersion(): string {
    return String(++this.version);
  }
}
