import type { IncomingHttpHeaders } from 'node:http';
import type { People, Person } from './people';
import { invalid, refuse } from './reply';

/** How this CVAT is set up, and how it is. Tests change it at any time. */
export interface Settings {
  /** The part that decides who may do what. `no-rules`: it runs, and has not fetched them yet. */
  opa: 'working' | 'down' | 'no-rules';
  /** What is said about parts that do not work, by the names of the health check, such as DatabaseBackend. */
  health: Record<string, string>;
  /** cvat.settings.email_settings: users cannot log in before their address is verified. */
  emailVerification: boolean;
  /** Whether a mail server is configured. */
  mail: boolean;
  /** How long a password's hash takes: between these two, another request can take the same name or address. */
  registerDelayMs: number;
  /** Called in that time, and waited for. */
  duringRegister?: () => void | Promise<void>;
  /** Requests without a login, for each client. */
  throttle: { readonly requests: number; readonly seconds: number };
}

/** A request as it came in. */
export interface Incoming {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The client's address, by which CVAT throttles. */
  readonly client: string;
}

/** Who asks, and by which kind of proof. */
export interface Caller {
  readonly person: Person;
  readonly by: 'Token' | 'Basic' | 'Bearer' | 'Session';
}

/** One request on its way through CVAT. */
export interface Call extends Incoming {
  readonly people: People;
  readonly settings: Settings;
  readonly caller: Caller | undefined;
}

export type Data = Readonly<Record<string, unknown>>;

/** The body of a request. CVAT looks at it only after it has looked at everything else. */
export function dataOf({ headers, text }: Call): Data {
  if (text === '') return {};
  const contentType = headers['content-type'] ?? '';
  if (contentType.replace(/;.*/s, '').trim() !== 'application/json') {
    throw refuse(415, `Unsupported media type "${contentType}" in request.`);
  }
  const data = parse(text);
  if (Array.isArray(data)) throw invalid({ non_field_errors: ['Invalid data. Expected a dictionary, but got list.'] });
  return data as Data;
}

/** The caller, where authentication is required. */
export function callerOf({ caller }: Call): Caller {
  if (!caller) throw unauthenticated('Authentication credentials were not provided.');
  return caller;
}

export function unauthenticated(detail: string): Error {
  return refuse(401, detail, { 'www-authenticate': 'Token' });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refuse(400, `JSON parse error - ${error instanceof Error ? error.message : ''}`);
  }
}
