import { authenticate } from './authentication';
import type { Call, Incoming, Settings } from './call';
import { changePassword, confirmPasswordReset, login, logout, resetPassword } from './login';
import { asPage, negotiate } from './negotiation';
import type { People } from './people';
import { register } from './register';
import { html, Interrupt, json, page, type Reply, refuse } from './reply';
import { about, health } from './server-info';
import type { Throttle } from './throttle';
import { deleteUser, getSelf, getUser, listUsers, patchUser } from './users';

type Handler = (call: Call) => Reply | Promise<Reply>;

interface Route {
  readonly path: RegExp;
  /** Whether authentication is required. Requests without it are refused and not counted. */
  readonly loggedIn?: boolean;
  readonly methods: Readonly<Record<string, readonly [operation: Operation, handler: Handler]>>;
}

/** What was asked of the stand-in, as faults and counters call it. */
export type Operation =
  'about' | 'health' | 'register' | 'login' | 'logout' | 'list' | 'self' | 'get' | 'patch' | 'delete' | 'password' | 'other';

const ROUTES: readonly Route[] = [
  { path: /^\/api\/server\/about$/, methods: { GET: ['about', about] } },
  { path: /^\/api\/auth\/register$/, methods: { POST: ['register', register] } },
  { path: /^\/api\/auth\/login$/, methods: { POST: ['login', login] } },
  { path: /^\/api\/auth\/logout$/, methods: { POST: ['logout', logout] } },
  { path: /^\/api\/auth\/password\/change$/, loggedIn: true, methods: { POST: ['password', changePassword] } },
  { path: /^\/api\/auth\/password\/reset$/, methods: { POST: ['password', resetPassword] } },
  { path: /^\/api\/auth\/password\/reset\/confirm$/, methods: { POST: ['password', confirmPasswordReset] } },
  { path: /^\/api\/users$/, loggedIn: true, methods: { GET: ['list', listUsers] } },
  { path: /^\/api\/users\/self$/, loggedIn: true, methods: { GET: ['self', getSelf] } },
  {
    path: /^\/api\/users\/[^/]+$/,
    loggedIn: true,
    methods: { GET: ['get', getUser], PATCH: ['patch', patchUser], DELETE: ['delete', deleteUser] },
  },
];

/** As it is for the list of users. */
const OPTIONS = { name: 'User List', description: '', renders: ['application/vnd.cvat+json', 'text/html'], parses: ['application/json'] };

const HEALTH = /^\/api\/server\/health\/?$/;

export function operationOf({ method, path }: Pick<Incoming, 'method' | 'path'>): Operation {
  if (HEALTH.test(path)) return 'health';
  return routeOf(path)?.methods[method]?.[0] ?? 'other';
}

/** CVAT: from a request to its answer. */
export async function answer(incoming: Incoming, people: People, settings: Settings, throttle: Throttle): Promise<Reply> {
  const { method, path } = incoming;
  if (HEALTH.test(path)) return path.endsWith('/') ? health(incoming, settings) : html(301, '', { location: '/api/server/health/' });
  const route = routeOf(path);
  if (!route) return unknownPath(incoming, people, settings);
  try {
    const format = negotiate(incoming);
    const call: Call = { ...incoming, people, settings, caller: authenticate(incoming, people, settings) };
    const allowed = [...Object.keys(route.methods), ...(route.methods['GET'] ? ['HEAD'] : []), 'OPTIONS'];
    if (!call.caller) {
      if (route.loggedIn) throw refuse(401, 'Authentication credentials were not provided.', { 'www-authenticate': 'Token' });
      throttle.check(incoming.headers['x-forwarded-for']?.toString() ?? incoming.client, settings.throttle);
    }
    if (method === 'OPTIONS') return json(200, OPTIONS);
    const handler = route.methods[method === 'HEAD' ? 'GET' : method]?.[1];
    if (!handler) throw refuse(405, `Method "${method}" not allowed.`, { allow: allowed.join(', ') });
    const reply = await handler(call);
    return format === 'html' ? asPage(reply) : reply;
  } catch (error) {
    if (error instanceof Interrupt) return error.reply;
    throw error;
  }
}

function routeOf(path: string): Route | undefined {
  return ROUTES.find((route) => route.path.test(path));
}

/** The rest of CVAT's API is not played, but who asks is looked at there, too. */
function unknownPath(incoming: Incoming, people: People, settings: Settings): Reply {
  try {
    if (/^\/api\/.*[^/]$/.test(incoming.path)) authenticate(incoming, people, settings);
    return page(404);
  } catch (error) {
    if (error instanceof Interrupt) return error.reply;
    throw error;
  }
}
