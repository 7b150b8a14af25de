import { setTimeout as delay } from 'node:timers/promises';
import { cookiesFor } from './authentication';
import { type Call, dataOf } from './call';
import { emailAddress, Form, text, usernameCharacters } from './fields';
import { similarity, weakness } from './password-rules';
import type { People, Person } from './people';
import { type Reply, crash, invalid, json } from './reply';

interface Registration {
  readonly username: string;
  readonly password: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
}

/** POST /api/auth/register: looks whether name and address are free, takes its time for the password, and writes without looking again. */
export async function register(call: Call): Promise<Reply> {
  const { people, settings } = call;
  const registration = read(call);
  const invited = holderOf(registration.email, people);
  if (settings.registerDelayMs > 0) await delay(settings.registerDelayMs);
  await settings.duringRegister?.();
  // Only the database detects a concurrent registration, and only of the same name.
  if (people.byUsername(registration.username)) throw crash();
  const person = write(registration, invited, people);
  const { username, email, firstName, lastName } = registration;
  const names = { username, email, first_name: firstName, last_name: lastName };
  if (settings.emailVerification) {
    return json(
      201,
      { ...names, email_verification_required: true, key: null },
      { 'set-cookie': [`sessionid=${people.secret()}; Path=/`] },
    );
  }
  person.lastLogin = people.now();
  return json(201, { ...names, email_verification_required: false, key: people.tokenOf(person) }, cookiesFor(person, people));
}

function read(call: Call): Registration {
  const { people, settings } = call;
  const form = new Form(dataOf(call));
  const username = form.read('username', text({ minimum: 5, maximum: 150, check: usernameCharacters }), true);
  if (username !== undefined && people.byUsernameInAnyCase(username)) form.add('username', 'A user with that username already exists.');
  const email = form.read('email', text({ maximum: 254, check: emailAddress }), settings.emailVerification);
  const passwordRule = text({ minimum: 8, maximum: 256, trimmed: false });
  const password = form.read('password1', passwordRule, true);
  const repeated = form.read('password2', passwordRule, true);
  if (password !== undefined) form.add('password1', weakness(password));
  const firstName = form.read('first_name', text({ maximum: 150 })) ?? '';
  const lastName = form.read('last_name', text({ maximum: 150 })) ?? '';
  form.check();
  if (username === undefined || password === undefined) throw crash();
  const attributes = { username, 'first name': firstName, 'last name': lastName, 'email address': email ?? '' };
  form.add('non_field_errors', similarity(password, attributes));
  if (password !== repeated) form.add('non_field_errors', "The two password fields didn't match.");
  form.check();
  return { username, password, email: (email ?? '').toLowerCase(), firstName, lastName };
}

/** Who has an address. A registration takes over an invited person with it; CVAT fails if two people have one address. */
function holderOf(email: string, people: People): Person | undefined {
  const [holder, another] = email === '' ? [] : people.byEmail(email);
  if (another) throw crash();
  if (holder && (holder.password !== undefined || holder.addresses.length > 0)) {
    throw invalid(['A user is already registered with this e-mail address.']);
  }
  return holder;
}

function write(registration: Registration, invited: Person | undefined, people: People): Person {
  if (!invited) return people.add(registration);
  return Object.assign(invited, registration, { addresses: [registration.email] });
}
