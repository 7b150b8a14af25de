import { createHash } from 'node:crypto';

/** One row of CVAT's users, with what hangs on it. */
export interface Person {
  readonly id: number;
  username: string;
  firstName: string;
  lastName: string;
  email: string;
  groups: readonly string[];
  isStaff: boolean;
  isSuperuser: boolean;
  isActive: boolean;
  lastLogin: string | null;
  dateJoined: string;
  /** Becomes true with the first promotion, and stays. */
  hasAnalyticsAccess: boolean;
  /** Undefined: unusable, as for an invited person. */
  password: string | undefined;
  /** The addresses that registering writes down, in lower case. A change of `email` leaves them as they are. */
  addresses: readonly string[];
}

/** CVAT's accounts, tokens and sessions. Tests look at them and change them as they like. */
export class People {
  readonly #people = new Map<number, Person>();
  /** Whose token, session or access token ("Bearer") it is. */
  readonly tokens = new Map<string, number>();
  readonly sessions = new Map<string, number>();
  readonly accessTokens = new Map<string, number>();
  #nextId = 1;
  #secrets = 0;

  constructor(private readonly clock: () => number) {}

  /** Adds a person, by default a registered one, without validation. */
  add(details: Partial<Person> & { readonly username: string }): Person {
    const id = details.id ?? this.#nextId;
    this.#nextId = Math.max(this.#nextId, id + 1);
    const { email = '' } = details;
    const person: Person = {
      firstName: '',
      lastName: '',
      groups: ['user'],
      isStaff: false,
      isSuperuser: false,
      isActive: true,
      lastLogin: null,
      dateJoined: this.now(),
      hasAnalyticsAccess: false,
      password: undefined,
      addresses: email === '' ? [] : [email.toLowerCase()],
      ...details,
      email,
      id,
    };
    this.#people.set(id, person);
    return person;
  }

  /** A superuser as CVAT's administrator Job makes it. */
  addAdministrator(username: string, password: string, details: Partial<Person> = {}): Person {
    const rights = { groups: ['admin'], isStaff: true, isSuperuser: true, hasAnalyticsAccess: true, addresses: [] };
    return this.add({ email: `${username}@cvat.test`, ...rights, password, ...details, username });
  }

  /** The newest first, as CVAT lists them. */
  all(): Person[] {
    return [...this.#people.values()].sort((one, other) => other.id - one.id);
  }

  get(id: number): Person | undefined {
    return this.#people.get(id);
  }

  byUsername(username: string): Person | undefined {
    return this.#find((person) => person.username === username);
  }

  /** By the exact name, or else by the name in any case. */
  byUsernameInAnyCase(username: string): Person | undefined {
    return this.byUsername(username) ?? this.#find((person) => person.username.toLowerCase() === username.toLowerCase());
  }

  /** The people who have an address or registered with it. */
  byEmail(email: string): Person[] {
    const wanted = email.toLowerCase();
    return this.all().filter((person) => person.email.toLowerCase() === wanted || person.addresses.includes(wanted));
  }

  remove(id: number): boolean {
    return this.#people.delete(id);
  }

  /** Each person has one token, until a client logs out. */
  tokenOf(person: Person): string {
    const existing = [...this.tokens].find(([, owner]) => owner === person.id)?.[0];
    const token = existing ?? this.secret();
    this.tokens.set(token, person.id);
    return token;
  }

  sessionOf(person: Person): string {
    const session = this.secret();
    this.sessions.set(session, person.id);
    return session;
  }

  /** 40 hexadecimal characters: the same ones in every run. */
  secret(): string {
    return createHash('sha1').update(`secret ${++this.#secrets}`).digest('hex');
  }

  /** The time as CVAT writes it. */
  now(): string {
    return new Date(this.clock()).toISOString().replace('Z', '000Z');
  }

  #find(wanted: (person: Person) => boolean): Person | undefined {
    for (const person of this.#people.values()) if (wanted(person)) return person;
    return undefined;
  }
}
