import { generateSecrets } from '../../src/credentials/generated-secrets';
import { readLogin } from '../../src/credentials/login';
import { FakeApiServer } from '../kubernetes/fake-api-server';

interface Stored {
  readonly metadata: { readonly name: string };
  readonly stringData: Readonly<Record<string, string>>;
}

const ROBOT = { name: 'robot', random: ['password', 'token'], values: { username: 'robot' } };
let server: FakeApiServer;
let stored: Map<string, Stored>;

beforeEach(async () => {
  server = await FakeApiServer.start();
  stored = new Map();
  server.handler = ({ method, path, body }) => {
    const name = path.split('/').pop() ?? '';
    if (method === 'GET') return stored.has(name) ? { json: toData(stored.get(name)) } : { status: 404, json: { message: 'none' } };
    const secret = body as Stored;
    if (stored.has(secret.metadata.name)) return { status: 409, json: { message: 'exists' } };
    stored.set(secret.metadata.name, secret);
    return { json: secret };
  };
});

afterEach(() => server.stop());

function toData(secret: Stored | undefined): unknown {
  const entries = Object.entries(secret?.stringData ?? {}).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return { ...secret, data: Object.fromEntries(entries) };
}

test('what is missing is made, with a random value for each key', async () => {
  expect(await generateSecrets(server.client(), 'n', [ROBOT, { name: 'redis', random: ['password'] }])).toEqual(['robot', 'redis']);
  const { username, password, token } = stored.get('robot')?.stringData ?? {};
  expect(username).toBe('robot');
  expect(password).toMatch(/^[A-Za-z0-9_-]{32}$/);
  expect(token).toMatch(/^[A-Za-z0-9_-]{32}$/);
  expect(new Set([password, token, stored.get('redis')?.stringData['password']]).size).toBe(3);
});

test('what exists is not even tried to be changed', async () => {
  stored.set('robot', { metadata: { name: 'robot' }, stringData: { password: 'chosen' } });
  expect(await generateSecrets(server.client(), 'n', [ROBOT])).toEqual([]);
  expect(server.asked.map(({ method }) => method)).toEqual(['GET']);
});

test('a Secret that another client created first is kept', async () => {
  const { handler } = server;
  server.handler = (asked, response) => (asked.method === 'GET' ? { status: 404, json: {} } : handler(asked, response));
  stored.set('robot', { metadata: { name: 'robot' }, stringData: { password: 'chosen' } });
  expect(await generateSecrets(server.client(), 'n', [ROBOT])).toEqual([]);
  expect(stored.get('robot')?.stringData).toEqual({ password: 'chosen' });
});

test('the robot is read from its Secret, and what is missing is said', async () => {
  const client = server.client();
  await expect(readLogin(client, 'n', 'robot')).rejects.toMatchObject({ name: 'Unavailable', message: expect.stringContaining('"robot"') });
  stored.set('robot', { metadata: { name: 'robot' }, stringData: { username: 'robot' } });
  await expect(readLogin(client, 'n', 'robot')).rejects.toThrow('has no username or no password');
  stored.set('robot', { metadata: { name: 'robot' }, stringData: { username: 'robot', password: 'p' } });
  expect(await readLogin(client, 'n', 'robot')).toEqual({ username: 'robot', password: 'p' });
  server.handler = () => ({ status: 403, json: { message: 'forbidden' } });
  await expect(readLogin(client, 'n', 'robot')).rejects.toThrow('cannot be read now');
});
