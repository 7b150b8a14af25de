import { cookiesFor, withPassword } from './authentication';
import { type Call, callerOf, dataOf } from './call';
import { Form, text } from './fields';
import { weakness } from './password-rules';
import type { Person } from './people';
import { type Reply, crash, FORBIDDEN, html, invalid, json, refuse } from './reply';

/** POST /api/auth/login, with a name or an address. */
export function login(call: Call): Reply {
  const { people, settings } = call;
  const { username, email, password } = dataOf(call);
  if ((username === undefined && email === undefined) || password === undefined) {
    throw invalid(['Must include either "username" or "email" and "password".']);
  }
  if (username === undefined && people.byEmail(String(email)).length !== 1) throw invalid(['Unable to login with provided credentials']);
  const person = withPassword(people, String(username ?? email), String(password));
  if (!person) throw invalid({ non_field_errors: ['Unable to log in with provided credentials.'] });
  // It trims the value, authenticates no user, and continues without one.
  if (String(password) !== String(password).trim()) throw crash();
  if (settings.emailVerification) return html(400, 'Unverified email');
  person.lastLogin = people.now();
  return json(200, { key: people.tokenOf(person) }, cookiesFor(person, people));
}

/** POST /api/auth/logout: the token of everyone who uses this account is gone. */
export function logout(call: Call): Reply {
  const { people } = call;
  const { id } = callerOf(call).person;
  for (const [token, owner] of people.tokens) if (owner === id) people.tokens.delete(token);
  return json(200, { detail: 'Successfully logged out.' });
}

/** POST /api/auth/password/change: only one's own password, also if another user is named. */
export function changePassword(call: Call): Reply {
  const { person, by } = callerOf(call);
  if (by === 'Bearer') throw refuse(403, FORBIDDEN);
  const { oldPassword, password } = readChange(call);
  const form = new Form({});
  if (oldPassword !== person.password) {
    form.add('old_password', 'Your old password was entered incorrectly. Please enter it again.');
  }
  form.check();
  form.add('new_password2', weakness(password));
  form.check();
  person.password = password;
  return json(200, { detail: 'New password has been saved.' }, cookiesFor(person, call.people));
}

function readChange(call: Call): { readonly oldPassword: string; readonly password: string } {
  const form = new Form(dataOf(call));
  const rule = text({ maximum: 128, trimmed: false });
  const oldPassword = form.read('old_password', rule, true);
  const password = form.read('new_password1', rule, true);
  const repeated = form.read('new_password2', rule, true);
  form.check();
  if (oldPassword === undefined || password === undefined) throw crash();
  if (password !== repeated) throw invalid({ new_password2: ["The two password fields didn't match."] });
  return { oldPassword, password };
}

/** POST /api/auth/password/reset: without a mail server it shows by an exception who is known. */
export function resetPassword(call: Call): Reply {
  const { email } = dataOf(call);
  const known: readonly Person[] = call.people.byEmail(String(email));
  if (known.length > 0 && !call.settings.mail) throw crash();
  return json(200, { detail: 'Password reset e-mail has been sent.' });
}

/** POST /api/auth/password/reset/confirm: always refused, because the stand-in sends no links. */
export function confirmPasswordReset(): Reply {
  throw invalid({ uid: ['Invalid value'] });
}
