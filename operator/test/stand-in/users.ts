import { type Call, callerOf, type Caller, type Data, dataOf } from './call';
import { emailAddress, Form, groups, text, truth, usernameCharacters } from './fields';
import { chosen, paged } from './list';
import type { Person } from './people';
import { type Reply, crash, FORBIDDEN, json, refuse } from './reply';

/** GET /api/users */
export function listUsers(call: Call): Reply {
  const caller = permitted(call);
  const visible = isAdministrator(caller) ? call.people.all() : [caller.person];
  return paged(call, chosen(call, visible), (person) => shown(person, call, caller.person.isSuperuser));
}

/** GET /api/users/self */
export function getSelf(call: Call): Reply {
  return json(200, shown(permitted(call).person, call, true));
}

/** GET /api/users/{id} */
export function getUser(call: Call): Reply {
  const caller = permitted(call);
  const person = subjectOf(call);
  if (!isAdministrator(caller) && caller.person !== person) throw refuse(403, FORBIDDEN);
  return json(200, shown(person, call, seesAll(caller, person)));
}

/** DELETE /api/users/{id} */
export function deleteUser(call: Call): Reply {
  const caller = permitted(call);
  const person = subjectOf(call);
  if (caller.by === 'Bearer' || (!isAdministrator(caller) && caller.person !== person)) throw refuse(403, FORBIDDEN);
  call.people.remove(person.id);
  return { status: 204, text: '' };
}

const OWN_FIELDS = ['username', 'first_name', 'last_name'];
const ALL_FIELDS = [...OWN_FIELDS, 'email', 'groups', 'is_staff', 'is_superuser', 'is_active'];

/** PATCH /api/users/{id}: all of it, or nothing. */
export function patchUser(call: Call): Reply {
  const caller = permitted(call);
  const person = subjectOf(call);
  const data = dataOf(call);
  if (Object.keys(data).some((field) => !ALL_FIELDS.includes(field))) throw refuse(403, 'Attempted to update an unknown field');
  const mayAll = isAdministrator(caller);
  const mayOwn = caller.person === person && Object.keys(data).every((field) => OWN_FIELDS.includes(field));
  if (caller.by === 'Bearer' || (!mayAll && !mayOwn)) throw refuse(403, FORBIDDEN);
  const full = seesAll(caller, person);
  // A member of the group who is no superuser may send all fields; only names are changed, without an error.
  const heard = full ? data : Object.fromEntries(Object.entries(data).filter(([field]) => OWN_FIELDS.includes(field)));
  Object.assign(person, changesOf(heard, person, call));
  return json(200, shown(person, call, full));
}

function changesOf(data: Data, person: Person, { people }: Call): Partial<Person> {
  const form = new Form(data);
  const name = text({ maximum: 150, blank: true });
  const username = form.read('username', text({ maximum: 150, check: usernameCharacters }));
  const holder = username === undefined ? undefined : people.byUsername(username);
  if (holder && holder !== person) form.add('username', 'A user with that username already exists.');
  const firstName = form.read('first_name', name);
  const lastName = form.read('last_name', name);
  const email = form.read('email', text({ maximum: 254, blank: true, check: emailAddress }));
  const isActive = form.read('is_active', truth);
  const isStaff = form.read('is_staff', truth);
  const isSuperuser = form.read('is_superuser', truth);
  const names = form.read('groups', groups)?.names;
  form.check();
  const given = { username, firstName, lastName, email, isActive, isStaff, isSuperuser, groups: names };
  const changes: Partial<Person> = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...changes, ...promotion({ ...person, ...changes }) };
}

/** What CVAT does by itself whenever a user is written. It never takes anything back. */
function promotion({ isStaff, isSuperuser, groups: names, hasAnalyticsAccess }: Person): Partial<Person> {
  return {
    hasAnalyticsAccess: hasAnalyticsAccess || isSuperuser,
    groups: isStaff && isSuperuser ? [...new Set([...names, 'admin'])].sort() : names,
  };
}

/** The authenticated person, if the policy engine is available. */
function permitted(call: Call): Caller {
  const caller = callerOf(call);
  if (call.settings.opa !== 'working') throw crash();
  return caller;
}

function subjectOf({ path, people }: Call): Person {
  const id = path.slice(path.lastIndexOf('/') + 1);
  if (!/^\d+$/.test(id)) throw refuse(404, 'Not found.');
  const person = people.get(Number(id));
  if (!person) throw refuse(404, 'No User matches the given query.');
  return person;
}

/** The group decides what one may do, and `is_superuser` what one sees. */
function isAdministrator({ person }: Caller): boolean {
  return person.groups.includes('admin');
}

function seesAll(caller: Caller, person: Person): boolean {
  return caller.person.isSuperuser || caller.person === person;
}

function shown(person: Person, { headers }: Call, full: boolean): unknown {
  const { id, username, firstName, lastName } = person;
  const basic = { url: `http://${headers.host}/api/users/${id}`, id, username, first_name: firstName, last_name: lastName };
  if (!full) return basic;
  return {
    ...basic,
    email: person.email,
    groups: person.groups,
    is_staff: person.isStaff,
    is_superuser: person.isSuperuser,
    is_active: person.isActive,
    last_login: person.lastLogin,
    date_joined: person.dateJoined,
    has_analytics_access: person.hasAnalyticsAccess,
  };
}
