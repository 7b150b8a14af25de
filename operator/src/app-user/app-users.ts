import { type AppUser, emailAddressOf, usernameOf } from './app-user';

/** The AppUsers that the operator knows of, found by what may exist only once. */
export class AppUsers {
  private readonly byName = new Map<string, AppUser>();
  private readonly byUsername = new Index((appUser) => usernameOf(appUser).toLowerCase());
  private readonly byEmailAddress = new Index(emailAddressOf);
  private readonly byAccount = new Index(({ status }) => status.userId);

  get size(): number {
    return this.byName.size;
  }

  names(): IterableIterator<string> {
    return this.byName.keys();
  }

  all(): IterableIterator<AppUser> {
    return this.byName.values();
  }

  get(name: string): AppUser | undefined {
    return this.byName.get(name);
  }

  put(appUser: AppUser): void {
    this.remove(appUser.name);
    this.byName.set(appUser.name, appUser);
    for (const index of this.indices) index.add(appUser);
  }

  remove(name: string): void {
    const known = this.byName.get(name);
    if (known === undefined) return;
    this.byName.delete(name);
    for (const index of this.indices) index.remove(known);
  }

  /** Applications compare names without case when they make an account. */
  withUsername(username: string): readonly AppUser[] {
    return this.byUsername.get(username.toLowerCase());
  }

  withEmailAddress(emailAddress: string): readonly AppUser[] {
    return this.byEmailAddress.get(emailAddress.toLowerCase());
  }

  /** Those whose status says that they have this account. */
  withAccount(id: number): readonly AppUser[] {
    return this.byAccount.get(id);
  }

  /** The others that want the same name or address: what happens to one of them may decide about the rest. */
  rivalsOf(appUser: AppUser): readonly AppUser[] {
    const wanting = [...this.withUsername(usernameOf(appUser)), ...this.withEmailAddress(emailAddressOf(appUser))];
    return [...new Set(wanting)].filter(({ name }) => name !== appUser.name);
  }

  private get indices(): readonly Index<string | number>[] {
    return [this.byUsername, this.byEmailAddress, this.byAccount] as Index<string | number>[];
  }
}

class Index<Key> {
  private readonly entries = new Map<Key, readonly AppUser[]>();

  constructor(private readonly keyOf: (appUser: AppUser) => Key | undefined) {}

  get(key: Key): readonly AppUser[] {
    return this.entries.get(key) ?? [];
  }

  add(appUser: AppUser): void {
    const key = this.keyOf(appUser);
    if (key !== undefined) this.entries.set(key, [...this.get(key), appUser]);
  }

  remove(appUser: AppUser): void {
    const key = this.keyOf(appUser);
    if (key === undefined) return;
    const rest = this.get(key).filter(({ name }) => name !== appUser.name);
    if (rest.length > 0) this.entries.set(key, rest);
    else this.entries.delete(key);
  }
}
