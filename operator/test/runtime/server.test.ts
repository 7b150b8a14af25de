import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Metrics } from '../../src/runtime/metrics';
import { serve } from '../../src/runtime/server';

let server: Server;
let state: { healthy: boolean; ready: boolean };

beforeEach(async () => {
  state = { healthy: true, ready: false };
  const { registry } = new Metrics({
    leading: () => true,
    queueDepth: () => 3,
    queueWaiting: () => 2,
    applicationReady: () => false,
    appUsers: () => new Map([['Synced', 5]]),
    accounts: () => new Map([['undeclared', 1]]),
  });
  server = await serve({ port: 0, registry, healthy: () => state.healthy, ready: () => state.ready });
});

afterEach(() => new Promise((resolve) => server.close(resolve)));

async function get(path: string, method = 'GET'): Promise<[number, string]> {
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, { method });
  return [response.status, await response.text()];
}

test('it says whether the operator lives, and whether it is ready', async () => {
  expect(await get('/healthz')).toEqual([200, 'ok']);
  expect(await get('/readyz?verbose')).toEqual([503, 'not ready']);
  [state.healthy, state.ready] = [false, true];
  expect((await get('/healthz'))[0]).toBe(503);
  expect((await get('/readyz'))[0]).toBe(200);
  expect((await get('/other'))[0]).toBe(404);
  expect((await get('/healthz', 'POST'))[0]).toBe(405);
});

test('metrics are computed at each request', async () => {
  const [status, text] = await get('/metrics');
  expect(status).toBe(200);
  for (const line of [
    'app_user_operator_leading 1',
    'app_user_operator_queue_depth 3',
    'app_user_operator_queue_waiting 2',
    'app_user_operator_application_ready 0',
    'app_user_operator_app_users{reason="Synced"} 5',
    'app_user_operator_accounts{state="undeclared"} 1',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
  expect(text).toContain('process_resident_memory_bytes');
});

test('each of its own metrics is in the README', async () => {
  const [, text] = await get('/metrics');
  const names = [...text.matchAll(/^# TYPE app_user_operator_(\S+)/gm)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(8);
  const readme = readFileSync(join(__dirname, '..', '..', 'README.md'), 'utf8');
  expect(names.filter((name) => !new RegExp(`\`${name}[{\`]`).test(readme))).toEqual([]);
});
