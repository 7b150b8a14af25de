import type { ServerResponse } from 'node:http';
import { KubernetesApiError, isStatus } from '../../src/kubernetes/api-client';
import { FakeApiServer } from './fake-api-server';

let server: FakeApiServer;

beforeEach(async () => {
  server = await FakeApiServer.start();
});

afterEach(() => server.stop());

/** Lets the event loop go on until something is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

test('a request says who asks and what is sent', async () => {
  server.handler = () => ({ json: { kind: 'Thing' } });
  const client = server.client();
  expect(await client.request({ method: 'PATCH', path: '/a', query: { limit: '5' }, body: { name: 'é' } })).toEqual({ kind: 'Thing' });
  await client.request({ method: 'POST', path: '/a', body: {} });
  const [patch, post] = server.asked;
  expect(patch).toMatchObject({ method: 'PATCH', path: '/a', body: { name: 'é' } });
  expect(patch?.query.get('limit')).toBe('5');
  expect(patch?.headers).toMatchObject({ authorization: 'Bearer me', 'content-type': 'application/merge-patch+json' });
  expect(post?.headers).toMatchObject({ 'content-type': 'application/json' });
});

test('one connection serves many requests', async () => {
  const ports = new Set<number | undefined>();
  server.handler = (_, response) => (ports.add(response.socket?.remotePort), { json: {} });
  const client = server.client();
  for (let count = 0; count < 20; count++) await client.request({ path: '/a' });
  expect(ports.size).toBe(1);
});

test('a kept connection that the server has closed is no failure', async () => {
  server.handler = () => ({ json: {} });
  const client = server.client();
  for (let count = 0; count < 20; count++) {
    await client.request({ path: '/a' });
    server.cut();
    await client.request({ path: '/b' });
  }
});

test('what the API server refuses is an error with its status and reason', async () => {
  server.handler = (_, response) => {
    response.setHeader('retry-after', '7');
    return { status: 429, json: { reason: 'TooManyRequests', message: 'slowly' } };
  };
  const error = await server
    .client()
    .request({ path: '/a' })
    .catch((problem: unknown) => problem);
  expect(error).toBeInstanceOf(KubernetesApiError);
  expect(error).toMatchObject({ status: 429, reason: 'TooManyRequests', message: 'slowly', retryAfterSeconds: 7 });
  expect(isStatus(error, 429)).toBe(true);
});

test('a page of something on the way is an error, too', async () => {
  server.handler = (_, response) => void response.writeHead(502, { 'content-type': 'text/html' }).end('<html>');
  await expect(server.client().request({ path: '/a' })).rejects.toMatchObject({
    status: 502,
    message: 'the API server answered with status 502',
  });
});

test('an API server that does not answer is given up', async () => {
  server.handler = () => undefined;
  await expect(server.client({ requestSeconds: 0.1 }).request({ path: '/a' })).rejects.toThrow(
    'the API server has not answered within 0.1 s',
  );
});

test('lines are read as they come, and a line may come in parts', async () => {
  server.handler = (_, response) => {
    response.write('one\ntw');
    setTimeout(() => response.end('o\nthree\n'), 20);
    return undefined;
  };
  const lines: string[] = [];
  await server.client().lines({ path: '/a' }, 60, (line) => lines.push(line));
  expect(lines).toEqual(['one', 'two', 'three']);
});

describe('lines that stop coming', () => {
  // The time for silence passes when the test says so; connections are real.
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
  afterEach(() => jest.useRealTimers());

  test('are given up after the time for silence, which every line prolongs', async () => {
    let response: ServerResponse | undefined;
    server.handler = (_, opened) => void (response = opened);
    const lines: string[] = [];
    const read = server.client().lines({ path: '/a' }, 10, (line) => lines.push(line));
    let isOver = false;
    void read.catch(() => undefined).then(() => (isOver = true));
    await until(() => response !== undefined);
    for (let sent = 1; sent <= 4; sent++) {
      response?.write(`line ${sent}\n`);
      await until(() => isOver || lines.length === sent);
      // Without being prolonged, the second of these would be the end.
      jest.advanceTimersByTime(9000);
    }
    jest.advanceTimersByTime(1000);
    await expect(read).rejects.toThrow('nothing was heard for 10 s');
    expect(lines).toEqual(['line 1', 'line 2', 'line 3', 'line 4']);
  });
});

test('a connection that breaks while lines come is an error', async () => {
  server.handler = (_, response) => {
    response.write('one\n');
    setTimeout(() => server.cut(), 20);
    return undefined;
  };
  await expect(server.client().lines({ path: '/a' }, 60, () => undefined)).rejects.toThrow(/aborted|hang up|ECONNRESET/);
});

test('lines that are refused are an error', async () => {
  server.handler = () => ({ status: 410, json: { reason: 'Expired', message: 'too old' } });
  await expect(server.client().lines({ path: '/a' }, 60, () => undefined)).rejects.toMatchObject({ status: 410 });
});

test("what a caller does with a line is the caller's error", async () => {
  server.handler = (_, response) => void response.end('one\n');
  const broken = server.client().lines({ path: '/a' }, 60, () => {
    throw new Error('no such line');
  });
  await expect(broken).rejects.toThrow('no such line');
});

test('what was asked is counted in the words of RBAC', async () => {
  server.handler = ({ path }) => (path.endsWith('none') ? { status: 404, json: {} } : { json: {} });
  const seen: string[] = [];
  const client = server.client({ observe: (...all) => seen.push(all.join(' ')) });
  const [core, group] = ['/api/v1/namespaces/n/secrets', '/apis/g/v1/namespaces/n/things'];
  await client.request({ path: core });
  await client.request({ path: `${core}/none` }).catch(() => undefined);
  await client.request({ method: 'POST', path: group, body: {} });
  await client.request({ method: 'PATCH', path: `${group}/one/status`, body: {} });
  await client.request({ method: 'PUT', path: `${group}/one`, body: {} });
  await client.request({ method: 'DELETE', path: `${group}/one` });
  await client.lines({ path: group, query: { watch: 'true' } }, 60, () => undefined);
  expect(seen).toEqual([
    'list secrets 200',
    'get secrets 404',
    'create things 200',
    'patch things/status 200',
    'update things 200',
    'delete things 200',
    'watch things 200',
  ]);
});
