import { Refused, Unavailable } from '../account';
import { type Answer, CVAT_JSON, type CvatRequest, describe } from './cvat-http';

/** What a failed request means. */
export function failureOf(request: CvatRequest, answer: Answer): Unavailable | Refused {
  const { status, retryAfterSeconds } = answer;
  const asked = describe(request);
  if (status === 429) return new Unavailable('CVAT has been asked too much: it throttles the operator.', retryAfterSeconds);
  if (status >= 500) return new Unavailable(`CVAT answered ${status} to ${asked}.`, retryAfterSeconds);
  if (status === 401) return new Unavailable(`CVAT does not accept the operator's login (401 to ${asked}).`);
  // A status of CVAT's own comes in JSON: a page is from something in front of it, or says that the path is unknown.
  if (!isJson(answer)) return new Unavailable(`What answered ${asked} with ${status} is not CVAT's API.`, retryAfterSeconds);
  if (status === 403 && request.method === 'GET') return new Unavailable(`CVAT does not let the operator see accounts.${ROLE}`);
  if (request.method === 'GET') return new Unavailable(`CVAT answered ${status} to ${asked}.`);
  const cause = causeOf(request, answer);
  if (status === 403) return new Refused('forbidden', `CVAT forbids ${asked}${cause}.${ROLE}`);
  if (isAbsent(answer) && request.operation === 'patch') return new Refused('not-found', `CVAT has no such account (${asked}).`);
  if (status === 400) return new Refused(reasonOf(answer.body), `CVAT refuses ${asked}${cause}.`);
  return new Unavailable(`CVAT answered ${status} to ${asked}${cause}: this CVAT is not one that the operator knows.`, retryAfterSeconds);
}

/** What the operator's account must be. A superuser without the group sees only itself, and changes of a mere member of the group are ignored without an error. */
export const ROLE = ' The operator must be a superuser in group "admin".';

/** Whether CVAT itself says that an account does not exist. The 404 of a proxy, or of an unknown path, does not say that. */
export function isAbsent({ status, contentType }: Answer): boolean {
  return status === 404 && contentType === CVAT_JSON;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isJson({ contentType }: Answer): boolean {
  return contentType === CVAT_JSON || contentType === 'application/json';
}

/** By CVAT's words: it has no codes. */
function reasonOf(body: unknown): 'username-taken' | 'email-taken' | 'invalid' {
  const findings = findingsOf(body);
  if (findings.some(([field, text]) => field === 'username' && /already exists/i.test(text))) return 'username-taken';
  return findings.some(([, text]) => /already registered with this e-?mail/i.test(text)) ? 'email-taken' : 'invalid';
}

/** ": email: Enter a valid email address", without anything personal. What was not sent cannot be cut out, so only answers to a body count. */
function causeOf(request: CvatRequest, { body }: Answer): string {
  const texts = findingsOf(body).map(([field, text]) => (field === undefined ? text : `${field}: ${text}`));
  if (!request.body || texts.length === 0) return '';
  return `: ${withoutValues(texts.join(' '), personalValues(request)).replace(/\.$/, '')}`;
}

/** Which fields CVAT speaks of. Others are left out: what is not known to be a field's name may be anything. */
const FIELDS = new Set(['username', 'email', 'first_name', 'last_name', 'password1', 'password2', 'is_active', 'old_password']);

type Finding = readonly [field: string | undefined, text: string];

/** CVAT says what is wrong as {field: [texts]}, {detail: text}, [texts] or a bare text. */
function findingsOf(body: unknown): Finding[] {
  if (!isRecord(body)) return textsOf(body).map((text) => [undefined, text]);
  return Object.entries(body).flatMap(([key, value]) => {
    if (key === 'detail' || key === 'non_field_errors') return textsOf(value).map((text): Finding => [undefined, text]);
    return FIELDS.has(key) ? textsOf(value).map((text): Finding => [key, text]) : [];
  });
}

function textsOf(value: unknown): string[] {
  const texts = Array.isArray(value) ? (value as unknown[]) : [value];
  return texts.filter((text) => typeof text === 'string');
}

/** Everything in a body but the username is personal or secret. */
function personalValues({ body = {} }: CvatRequest): string[] {
  const { username, ...others } = body;
  return Object.values(others).filter((value) => typeof value === 'string' && value !== username) as string[];
}

const LONGEST = 300;

/** What looks like an address or a token. */
const PERSONAL = String.raw`[^\s"'<>]+@[^\s"'<>]+\.[^\s"'<>]+|\b[0-9a-f]{40}\b`;

/** Replaces values by "…", the longest first, in any case. One or two letters stay: they are in every message. */
function withoutValues(text: string, values: readonly string[]): string {
  const parts = values
    .map((value) => value.trim())
    .filter((value) => value.length > 2)
    .sort((one, other) => other.length - one.length)
    .map((value) => value.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  const shortened = text.replace(new RegExp([...parts, PERSONAL].join('|'), 'giu'), '…');
  return shortened.length > LONGEST ? `${shortened.slice(0, LONGEST)}…` : shortened;
}
