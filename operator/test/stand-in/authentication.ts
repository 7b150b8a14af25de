import { type Caller, type Incoming, type Settings, unauthenticated } from './call';
import type { People, Person } from './people';
import { refuse } from './reply';

const WRONG = 'Invalid username/password.';

/**
 * The authenticated person; undefined without credentials. Wrong credentials are refused, also where nothing would be needed: when
 * registering or logging in, for example.
 */
export function authenticate(incoming: Incoming, people: People, settings: Settings): Caller | undefined {
  const [scheme = '', credentials = ''] = (incoming.headers.authorization ?? '').split(' ');
  switch (scheme.toLowerCase()) {
    case 'token':
      return { by: 'Token', person: ownerOf(people.tokens.get(credentials), people) };
    case 'bearer':
      return { by: 'Bearer', person: ownerOf(people.accessTokens.get(credentials), people) };
    case 'basic':
      return { by: 'Basic', person: basic(credentials, people, settings) };
    default:
      return bySession(incoming, people);
  }
}

function ownerOf(id: number | undefined, people: People): Person {
  const person = id === undefined ? undefined : people.get(id);
  if (!person) throw unauthenticated('Invalid token.');
  if (!person.isActive) throw unauthenticated('User inactive or deleted.');
  return person;
}

function basic(credentials: string, people: People, settings: Settings): Person {
  const text = Buffer.from(credentials, 'base64').toString();
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(credentials) || !text.includes(':')) {
    throw unauthenticated('Invalid basic header. Credentials not correctly base64 encoded.');
  }
  const name = text.slice(0, text.indexOf(':'));
  const person = withPassword(people, name, text.slice(name.length + 1));
  if (!person) throw unauthenticated(WRONG);
  if (settings.emailVerification) throw unauthenticated('E-mail is not verified.');
  return person;
}

/** The active person of a name or an address, if this is the password. */
export function withPassword(people: People, name: string, password: string): Person | undefined {
  const byEmail = people.byEmail(name);
  const person = people.byUsernameInAnyCase(name) ?? (byEmail.length === 1 ? byEmail[0] : undefined);
  return person?.isActive && person.password !== undefined && person.password === password ? person : undefined;
}

function bySession({ method, headers }: Incoming, people: People): Caller | undefined {
  const cookies = cookiesOf(headers.cookie);
  const id = people.sessions.get(cookies.get('sessionid') ?? '');
  const person = id === undefined ? undefined : people.get(id);
  if (!person?.isActive) return undefined;
  const safe = ['GET', 'HEAD', 'OPTIONS'].includes(method);
  if (!safe && (headers['x-csrftoken'] ?? '') === '') throw refuse(403, 'CSRF Failed: CSRF token missing.');
  if (!safe && headers['x-csrftoken'] !== cookies.get('csrftoken')) throw refuse(403, 'CSRF Failed: CSRF token incorrect.');
  return { by: 'Session', person };
}

function cookiesOf(header = ''): Map<string, string> {
  return new Map(
    header.split(';').map((cookie) => {
      const [name = '', value = ''] = cookie.trim().split('=');
      return [name, value];
    }),
  );
}

/** The cookies that log a browser in. A client that keeps them is that person from now on. */
export function cookiesFor(person: Person, people: People): { readonly 'set-cookie': readonly string[] } {
  return { 'set-cookie': [`csrftoken=${people.secret()}; Path=/`, `sessionid=${people.sessionOf(person)}; HttpOnly; Path=/`] };
}
