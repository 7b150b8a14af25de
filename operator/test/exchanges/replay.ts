import { CvatStandIn } from '../stand-in/stand-in';
import type { People, Person } from '../stand-in/people';
import { type Exchange, fieldsOf, named } from './exchange';
import { basic, type Given, given } from './given';
import { prepare, settingsOf, settle } from './world';

/** An answer, with what differs from run to run replaced. */
export interface Comparable {
  readonly status: number;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const START = Date.parse('2026-11-23T03:00:00Z');
/** What is left of a minute is 12 s, as it was when throttling was recorded. */
const LATER = START + 48_000;

/** Replays an exchange on a stand-in of its own. */
export async function replay(exchange: Exchange, exchanges: readonly Exchange[]): Promise<Comparable> {
  const givenHere = given[exchange.name] ?? {};
  let now = START;
  const standIn = await CvatStandIn.start({ clock: () => now, settings: settingsOf(exchange, givenHere) });
  try {
    settle(standIn.people, exchanges);
    prepare(exchange, givenHere, standIn.people);
    for (let request = 0; request < (givenHere.anonymousRequests ?? 0); request++) await fetch(`${standIn.url}/api/server/about`);
    now = LATER;
    const headers = headersOf(exchange, givenHere, standIn);
    for (const name of givenHere.after ?? []) {
      const before = named(exchanges, name);
      await send(before, headersOf(before, given[name] ?? {}, standIn), standIn.url);
    }
    const response = await send(exchange, headers, standIn.url);
    return comparable(response.status, Object.fromEntries(response.headers), await bodyOf(response));
  } finally {
    await standIn.stop();
  }
}

/** What was recorded, for comparison. */
export function recorded({ response }: Exchange): Comparable {
  const headers = Object.entries(response.headers ?? {}).filter((entry): entry is [string, string] => entry[1] !== null);
  return comparable(response.status, Object.fromEntries(headers), response.body);
}

/** What a body was sent as when no type was recorded. */
const FORM = 'application/x-www-form-urlencoded';

async function send({ request }: Exchange, headers: Record<string, string>, url: string): Promise<Response> {
  const { method, path, body } = request;
  if (body === null) return fetch(url + path, { method, headers, redirect: 'manual' });
  const type = headers['Content-Type'] ?? FORM;
  const text = type === FORM ? new URLSearchParams(body as Record<string, string>).toString() : JSON.stringify(body);
  const sent = typeof body === 'string' ? body : text;
  return fetch(url + path, { method, headers: { ...headers, 'Content-Type': type }, body: sent, redirect: 'manual' });
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  return response.headers.get('content-type')?.includes('json') && text !== '' ? JSON.parse(text) : text;
}

/** The headers as recorded, with logins in place of what was not recorded. */
function headersOf(exchange: Exchange, here: Given, { people }: CvatStandIn): Record<string, string> {
  const { request, response } = exchange;
  const { Authorization: shown, ...rest } = request.headers;
  const headers: Record<string, string> = rest;
  const answered = fieldsOf(response.body);
  const self = request.path === '/api/users/self' && typeof answered?.['id'] === 'number' ? people.get(answered['id']) : undefined;
  const person = (here.as === undefined ? self : people.byUsername(here.as)) ?? people.byUsername('admin');
  if (!person) throw new Error('There is no person who can send the request.');
  const detail = String(answered?.['detail'] ?? '');
  if (here.session) headers['Cookie'] = `sessionid=${people.sessionOf(person)}; csrftoken=<redacted>`;
  if (shown === undefined) return headers;
  // Where nothing came before that shows why, the login is as wrong as the answer says.
  const isUnknown = detail === 'Invalid token.' && !here.after;
  if (detail === 'User inactive or deleted.' && !here.after) person.isActive = false;
  return { ...headers, Authorization: here.authorization ?? loginOf(shown.split(' ')[0] ?? '', isUnknown ? undefined : person, people) };
}

function loginOf(scheme: string, person: Person | undefined, people: People): string {
  if (!person) return `${scheme} 0000000000000000000000000000000000000000`;
  if (scheme === 'Basic') return basic(person.username, person.password ?? '');
  if (scheme !== 'Bearer') return `${scheme} ${people.tokenOf(person)}`;
  people.accessTokens.set('access', person.id);
  return 'Bearer access';
}

/** Headers that mean something to a client. Of cookies, only whether one logs in. */
const HEADERS = ['location', 'retry-after', 'www-authenticate'];

function comparable(status: number, headers: Readonly<Record<string, string>>, body: unknown): Comparable {
  const contentType = (headers['content-type'] ?? '').replace(/;.*/, '');
  return {
    status,
    contentType,
    headers: {
      ...Object.fromEntries(HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]]))),
      ...(headers['set-cookie']?.includes('sessionid=') && { 'set-cookie': 'sessionid' }),
    },
    // What a page for people says is CVAT's own affair. What an error page says is not.
    body: contentType === 'text/html' && status === 200 ? '<page>' : normal(body),
  };
}

function normal(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => normal(item));
  const fields = fieldsOf(value);
  if (fields) return Object.fromEntries(Object.entries(fields).map(([name, item]) => [name, normal(item, name)]));
  if (typeof value !== 'string') return value;
  if (key === 'key') return /^[0-9a-f]{40}$|^<redacted>$/.test(value) ? '<token>' : value;
  if (key === 'description') return value === '' ? value : '<text>';
  if (key === 'OPAHealthCheck') return value === 'working' ? value : '<error>';
  if (value.startsWith('JSON parse error - ')) return 'JSON parse error - <text>';
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) return '<date>';
  return value.replace(/^http:\/\/127\.0\.0\.1:\d+/, 'http://<host>');
}
