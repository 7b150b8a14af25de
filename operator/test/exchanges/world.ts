import type { Settings } from '../stand-in/call';
import type { People, Person } from '../stand-in/people';
import { type Exchange, type Fields, fieldsOf, named } from './exchange';
import { type Given, PASSWORD } from './given';

/** The people of the recorded list of all users: the initial state of the exchanges. */
export function settle(people: People, exchanges: readonly Exchange[]): void {
  const list = fieldsOf(named(exchanges, '03_list_page_size_all').response.body)?.['results'];
  for (const user of list as readonly Fields[]) people.add({ ...personOf(user), password: PASSWORD } as Person);
}

export function settingsOf({ name }: Exchange, given: Given): Partial<Settings> {
  return {
    ...(name.startsWith('00_no_opa') && { opa: 'down' }),
    ...(name.startsWith('00_opa_no_bundle') && { opa: 'no-rules' }),
    ...(name.startsWith('11_mailverif') && { emailVerification: true }),
    ...given.settings,
  };
}

/**
 * Makes everything as it was before an exchange, as far as the exchange shows it: people that it found are there, what it changed was another
 * way, what it made was not there.
 */
export function prepare(exchange: Exchange, given: Given, people: People): void {
  given.people?.(people);
  if (given.nothingFromAnswer) return;
  const { request, response } = exchange;
  const asked = fieldsOf(request.body) ?? {};
  const answered = fieldsOf(response.body) ?? {};
  if (request.path.startsWith('/api/auth/register') && response.status === 201) makeFree(asked, people);
  if (request.path === '/api/auth/login' && response.status !== 429) letIn(asked, response.status, people);
  if (request.path === '/api/auth/password/change') setPassword(asked, response, given, people);
  if (request.method === 'DELETE' && response.status === 204) restore({ id: Number(request.path.split('/').at(-1)) }, {}, people);
  if (typeof answered['id'] === 'number') restore(answered, request.method === 'PATCH' ? asked : {}, people);
  if (Array.isArray(answered['results']))
    bringList(answered['results'] as Fields[], Number(answered['count']), given, people, request.path);
}

function makeFree({ username, email }: Fields, people: People): void {
  const taken = people.byUsernameInAnyCase(String(username).trim());
  if (taken) people.remove(taken.id);
  if (typeof email === 'string') for (const { id } of people.byEmail(email.trim())) people.remove(id);
}

/** Who logs in successfully has this password. */
function letIn({ username, email, password }: Fields, status: number, people: People): void {
  const byEmail = people.byEmail(String(email ?? username));
  const person = username === undefined ? byEmail[0] : (people.byUsernameInAnyCase(String(username)) ?? byEmail[0]);
  if (person && password !== 'nope' && person.password !== undefined) person.password = String(password);
  if (!person && status === 200)
    people.add({ username: String(username ?? email), email: String(email ?? ''), password: String(password) });
}

function setPassword(asked: Fields, { status, body }: Exchange['response'], { as = '' }: Given, people: People): void {
  const person = people.byUsername(as);
  if (person && (status === 200 || 'new_password2' in (fieldsOf(body) ?? {}))) person.password = String(asked['old_password']);
}

/** Adds or updates a person to the state before the request: that of the response, without the requested changes. */
function restore(user: Fields, asked: Fields, people: People): void {
  const id = Number(user['id']);
  const shown = personOf(user);
  const wanted = personOf(asked);
  const before = Object.fromEntries(Object.entries(shown).filter(([field]) => !(field in wanted)));
  const known = people.get(id);
  if (known) Object.assign(known, before);
  else {
    const { isActive } = wanted;
    const other = { username: `before-${id}`, email: `before-${id}@lab.test`, ...(isActive !== undefined && { isActive: !isActive }) };
    people.add({ ...other, password: PASSWORD, ...before, id });
  }
  const person = people.get(id);
  if (known && person && typeof wanted.isActive === 'boolean' && wanted.isActive === shown.isActive) person.isActive = !wanted.isActive;
}

function bringList(users: readonly Fields[], count: number, { as = 'admin' }: Given, people: People, path: string): void {
  for (const user of users) restore(user, {}, people);
  const isUnfiltered = !/[?&](username=[^&]|search|filter|first_name|is_active=false)/.test(path);
  if (!isUnfiltered || !people.byUsername(as)?.groups.includes('admin')) return;
  for (let number = people.all().length; number < count; number++) people.add({ username: `filler${number}` });
}

/** A user as CVAT writes it, as the stand-in keeps it. */
function personOf(user: Fields): Partial<Person> {
  const all = {
    id: user['id'],
    username: user['username'],
    firstName: user['first_name'],
    lastName: user['last_name'],
    email: user['email'],
    groups: user['groups'],
    isStaff: user['is_staff'],
    isSuperuser: user['is_superuser'],
    isActive: user['is_active'],
    lastLogin: user['last_login'],
    dateJoined: user['date_joined'],
    hasAnalyticsAccess: user['has_analytics_access'],
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
