import { Agent } from 'node:https';
import { ApiError } from '../../../cluster/api/api-error';
import { Http } from '../../../cluster/api/http';
import { CommandProblem } from '../../../cluster/problem';
import { ApiServer } from '../support/api-server';

/** The pauses that were made, in milliseconds. Time passes only by them. */
let pauses: number[] = [];
let onPause: () => void | Promise<void> = () => undefined;
let now = 0;

jest.mock('node:timers/promises', () => ({
  setTimeout: async (milliseconds: number, _value: unknown, { signal }: { signal?: AbortSignal } = {}) => {
    pauses.push(milliseconds);
    now += milliseconds;
    await onPause();
    signal?.throwIfAborted();
  },
}));

let server: ApiServer;

beforeEach(async () => {
  [pauses, onPause, now] = [[], () => undefined, 1_800_000_000_000];
  jest.spyOn(Date, 'now').mockImplementation(() => now);
  server = await ApiServer.start();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await server.stop();
});

const ONE = { path: '/api/v1/namespaces/cvat' };

/** Answers one after the other; the last one again and again. */
function answers(...all: readonly { status?: number; json?: unknown; headers?: Record<string, string> }[]): void {
  const left = [...all];
  server.handler = ({ path }, response) => {
    const { status = 200, json = {}, headers = {} } = (path === '/readyz' ? {} : left.length > 1 ? left.shift() : left[0]) ?? {};
    response.writeHead(status, headers).end(JSON.stringify(json));
    return undefined;
  };
}

/** What is sent once the server is known to be there. */
async function reached(): Promise<Http> {
  server.handler = () => ({ json: {} });
  const http = new Http(server.connection);
  await http.send(ONE);
  server.asked.length = 0;
  return http;
}

const problemOf = async (promise: Promise<unknown>): Promise<CommandProblem> => {
  const error = await promise.catch((reason: unknown) => reason);
  if (error instanceof CommandProblem) return error;
  throw new Error(`no problem but ${String(error)}`);
};

test('a request has the credentials, and the answer its code and body', async () => {
  server.handler = () => ({ status: 201, json: { kind: 'Namespace' } });
  const request = { method: 'PATCH', path: '/api/v1/x', query: { a: 'ä b', b: undefined }, contentType: 'text/x', body: { ü: 1 } } as const;
  expect(await new Http(server.connection).send(request)).toEqual({ code: 201, body: { kind: 'Namespace' }, warnings: [] });
  const [asked] = server.asked;
  expect([asked?.method, asked?.path, asked?.body]).toEqual(['PATCH', '/api/v1/x?a=%C3%A4+b', { ü: 1 }]);
  expect(asked?.headers).toMatchObject({
    authorization: 'Bearer me',
    accept: 'application/json',
    'content-type': 'text/x',
    'user-agent': 'third-party-platform',
  });
});

test('a server may be below a path, as Rancher has them', async () => {
  server.handler = () => ({ json: {} });
  await new Http({ ...server.connection, server: `${server.url}/k8s/clusters/one/` }).send(ONE);
  expect(server.lines).toEqual(['GET /k8s/clusters/one/api/v1/namespaces/cvat']);
});

describe('a refusal', () => {
  test('is an error with what the API server says', async () => {
    const status = { kind: 'Status', reason: 'Forbidden', message: 'no', details: { causes: [{ reason: 'x', field: 'spec' }] } };
    answers({ status: 403, json: status });
    const error = await new Http(server.connection).send(ONE).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: 403, message: 'no', reason: 'Forbidden', causes: status.details.causes });
    expect([server.lines, pauses]).toEqual([['GET /api/v1/namespaces/cvat'], []]);
  });

  test('is one, too, when something on the way answers in no JSON', async () => {
    server.handler = (_, response) => void response.writeHead(403).end('<html>Blocked</html>');
    await expect(new Http(server.connection).send(ONE)).rejects.toMatchObject({
      code: 403,
      message: 'the API server answered with status 403',
      reason: '',
      causes: [],
    });
  });

  test('of 401 says how to get new credentials', async () => {
    answers({ status: 401, json: { message: 'Unauthorized' } });
    expect((await problemOf(new Http(server.connection).send(ONE))).message).toBe(
      `The API server ${server.url} answers 401 Unauthorized: the certificate or token of the context "here" is invalid or has expired.\n` +
        'Get a new kubeconfig (k3s: /etc/rancher/k3s/k3s.yaml), or log in again.',
    );
    expect(server.asked).toHaveLength(1);
  });
});

test('does not retry an answer that is not JSON: it is not from an API server', async () => {
  server.handler = (_, response) => void response.writeHead(200).end('<html>Welcome</html>');
  expect((await problemOf(new Http(server.connection).send(ONE))).message).toBe(
    `${server.url}: must be an API server; got an answer to /api/v1/namespaces/cvat that is not JSON. Check the server of the context "here" in the kubeconfig.`,
  );
  expect(server.asked).toHaveLength(1);
});

describe('a busy server', () => {
  test('gets a retry after the time in Retry-After, and not earlier', async () => {
    answers({ status: 429, headers: { 'retry-after': '7' }, json: { message: 'too many requests' } }, { json: { ok: true } });
    expect((await new Http(server.connection).send(ONE)).body).toEqual({ ok: true });
    expect(pauses).toEqual([7000]);
  });

  test('gets no retry when Retry-After is longer than it is waited for', async () => {
    answers({ status: 503, headers: { 'retry-after': '3600' }, json: { message: 'maintenance' } }, { json: { ok: true } });
    await expect(new Http(server.connection).send(ONE)).rejects.toMatchObject({ code: 503, message: 'maintenance' });
    expect(pauses).toEqual([]);
  });

  test.each([429, 502, 503, 504])('gets retries with growing pauses after %i', async (status) => {
    answers(...Array.from({ length: 7 }, () => ({ status })), { json: { ok: true } });
    expect((await new Http(server.connection).send(ONE)).body).toEqual({ ok: true });
    expect(pauses).toEqual([200, 400, 800, 1600, 3200, 5000, 5000]);
  });

  test('is reported with its own message after two minutes', async () => {
    answers({ status: 503, json: { message: 'starting' } });
    const before = now;
    await expect(new Http(server.connection).send(ONE)).rejects.toMatchObject({ code: 503, message: 'starting' });
    expect((now - before) / 1000).toBeGreaterThan(120);
    expect((now - before) / 1000).toBeLessThan(130);
  });
});

describe('a server that stops', () => {
  test('is not waited for before it has answered once', async () => {
    await server.stop();
    const problem = await problemOf(new Http(server.connection).send(ONE));
    expect(problem.message).toMatch(
      /^Cannot connect to the API server http:\/\/127.0.0.1:\d+ of the context "here": connect ECONNREFUSED .*\. Check that it runs, and that this is the right context: kubectl cluster-info\.$/,
    );
    expect([problem.exitCode, pauses]).toEqual([2, []]);
  });

  test('in the middle of a request gets the request again', async () => {
    const http = await reached();
    let cut = 0;
    server.handler = ({ path }, response) => {
      if (path === '/readyz' || cut++ > 0) return { json: { ok: true } };
      response.destroy();
      return undefined;
    };
    expect((await http.send(ONE)).body).toEqual({ ok: true });
  });

  test('in the middle of an answer gets the request again', async () => {
    const http = await reached();
    let cut = 0;
    server.handler = ({ path }, response) => {
      if (path === '/readyz' || cut++ > 0) return { json: { ok: true } };
      response.writeHead(200, { 'content-length': 100 }).write('{"half":', () => response.destroy());
      return undefined;
    };
    expect((await http.send(ONE)).body).toEqual({ ok: true });
  });

  test('is waited for until /readyz succeeds: before, it may not serve all kinds', async () => {
    const http = await reached();
    await server.stop();
    let unready = 2;
    server.handler = ({ path }) => (path === '/readyz' && unready-- > 0 ? { status: 500, json: {} } : { json: { ok: true } });
    onPause = async () => {
      if (pauses.length === 2) await server.start();
    };
    expect((await http.send(ONE)).body).toEqual({ ok: true });
    expect(server.lines).toEqual(['GET /readyz', 'GET /readyz', 'GET /readyz', 'GET /api/v1/namespaces/cvat']);
  });

  test('for more than two minutes is reported as unreachable', async () => {
    const http = await reached();
    await server.stop();
    const before = now;
    expect((await problemOf(http.send(ONE))).message).toContain('Cannot connect to the API server');
    expect((now - before) / 1000).toBeGreaterThan(120);
    expect((now - before) / 1000).toBeLessThan(130);
  });
});

test.each([
  ['CERT_HAS_EXPIRED', 'its certificate has expired. k3s renews it on a restart: sudo systemctl restart k3s.'],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'the client certificate in the kubeconfig has expired. Get a new kubeconfig'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'its certificate is not signed by the CA in the kubeconfig.'],
])('explains the TLS error %s', async (code, words) => {
  const http = new Http({
    ...server.connection,
    server: server.url.replace('http:', 'https:'),
    credentials: () => Promise.resolve({ agent: agentFailing(code) }),
  });
  expect((await problemOf(http.send(ONE))).message).toContain(`of the context "here": ${words}`);
});

/** Fails as the TLS layer does, without certificates. */
function agentFailing(code: string): Agent {
  return Object.assign(new Agent(), {
    createConnection: (): never => {
      throw Object.assign(new Error('the words of OpenSSL'), { code });
    },
  });
}

test('reports why there are no credentials', async () => {
  const credentials = (): Promise<never> => Promise.reject(new Error('aws: command not found'));
  expect((await problemOf(new Http({ ...server.connection, credentials }).send(ONE))).message).toBe(
    'Failed to get credentials for the context "here": aws: command not found',
  );
});

test('passes on all warnings of the API server, with quotes in them, and no others', async () => {
  server.handler = (_, response) => {
    response.setHeader('warning', [
      '299 - "v1beta1 Widget is deprecated"',
      '299 - "unknown field \\"spec.a\\"", 299 kube "a \\\\ and, 299 - too"',
      '199 - "of a proxy"',
    ]);
    return { json: {} };
  };
  expect((await new Http(server.connection).send(ONE)).warnings).toEqual([
    'v1beta1 Widget is deprecated',
    'unknown field "spec.a"',
    'a \\ and, 299 - too',
  ]);
});

describe('an interrupt', () => {
  const STOP = new Error('stop');

  test('aborts a request', async () => {
    const interrupt = new AbortController();
    server.handler = () => void interrupt.abort(STOP);
    await expect(new Http(server.connection, { signal: interrupt.signal }).send(ONE)).rejects.toBe(STOP);
    expect(server.asked).toHaveLength(1);
  });

  test('ends a pause', async () => {
    const interrupt = new AbortController();
    answers({ status: 503 });
    onPause = () => interrupt.abort(STOP);
    await expect(new Http(server.connection, { signal: interrupt.signal }).send(ONE)).rejects.toBe(STOP);
    expect(server.asked).toHaveLength(1);
  });

  test('ends the wait for a server that has stopped', async () => {
    const interrupt = new AbortController();
    answers({});
    const http = new Http(server.connection, { signal: interrupt.signal });
    await http.send(ONE);
    await server.stop();
    onPause = () => interrupt.abort(STOP);
    await expect(http.send(ONE)).rejects.toBe(STOP);
    expect(pauses).toHaveLength(1);
  });
});
