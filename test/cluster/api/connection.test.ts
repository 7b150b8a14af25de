import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { stringify } from 'yaml';
import { type Outcome, run } from '../../scripts/project';
import { ApiServer } from '../support/api-server';

const ROOT = join(__dirname, '../../..');

let home: string;
let server: ApiServer;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  server = await ApiServer.start();
});
afterAll(async () => {
  rmSync(home, { recursive: true });
  await server.stop();
});

interface Parts {
  readonly context?: object | string;
  readonly user?: object;
  readonly current?: string;
  readonly name?: string;
}

/** A kubeconfig with one context, named `here`. */
function kubeconfig(parts: Parts = {}): string {
  const { context = { cluster: 'default', user: 'admin' }, user = { token: 'secret-token' }, current = 'here', name = 'here' } = parts;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': current,
    clusters: [{ name: 'default', cluster: { server: server.url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'admin', user }],
    contexts: [{ name, context }],
  });
}

/** Runs the command as users do. */
function status(contents: readonly (string | undefined)[], ...args: string[]): Promise<Outcome> {
  const files = contents.map((content, index) => {
    const file = join(home, `config-${index}`);
    rmSync(file, { force: true });
    if (content !== undefined) writeFileSync(file, content);
    return file;
  });
  const command = [process.execPath, 'scripts/cluster.js', 'status', 'dist', ...args];
  return run(command, { cwd: ROOT, env: { KUBECONFIG: files.join(delimiter), HOME: home } });
}

const NO_KUBECONFIG = 'No kubeconfig found. Set KUBECONFIG (k3s: /etc/rancher/k3s/k3s.yaml).\n';

const failing = {
  apiVersion: 'client.authentication.k8s.io/v1',
  command: 'sh',
  args: ['-c', 'echo "session expired, run: login" >&2; exit 3'],
};

test.each([
  ['no kubeconfig', () => undefined, NO_KUBECONFIG],
  ['an empty kubeconfig', () => '', NO_KUBECONFIG],
  [
    'no current context',
    () => kubeconfig({ current: '' }),
    'current-context: must be a context of the kubeconfig: "here"; got "". Give one with --context.\n',
  ],
  [
    'a context whose user is not found',
    () => kubeconfig({ context: { cluster: 'default', user: 'x' } }),
    'contexts[here].user: must be a user of the kubeconfig: "admin"; got "x".\n',
  ],
  ['invalid YAML', () => 'a: b: c\n', expect.stringMatching(/^Failed to read the kubeconfig \S+: .*\n$/)],
  [
    'a plugin that fails',
    () => kubeconfig({ user: { exec: failing } }),
    expect.stringMatching(/^Failed to get credentials for the context "here": .*session expired, run: login/),
  ],
  [
    'a plugin that is not found',
    () => kubeconfig({ user: { exec: { ...failing, command: 'no-such-plugin' } } }),
    expect.stringMatching(/^Failed to get credentials for the context "here": .*no-such-plugin/),
  ],
])('reports %s without a stack trace', async (_, content, message) => {
  const { code, stdout, stderr } = await status([content()]);
  expect([code, stdout, stderr]).toEqual([2, '', message]);
  expect(stderr).not.toMatch(/^\s+at /m);
});

test('reports a context that is not found, with those that exist', async () => {
  const { code, stderr } = await status([kubeconfig()], '--context', 'elsewhere');
  expect([code, stderr]).toEqual([2, '--context: must be a context of the kubeconfig: "here"; got "elsewhere".\n']);
});

test('authenticates as the user of the kubeconfig, and never prints its token', async () => {
  server.handler = () => ({ status: 401, json: { message: 'Unauthorized' } });
  const { code, stdout, stderr } = await status([kubeconfig({ current: '' })], '--context', 'here');
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^The API server .* answers 401 Unauthorized: /)]);
  expect(server.asked[0]?.headers.authorization).toBe('Bearer secret-token');
  expect(stdout + stderr).not.toContain('secret-token');
});

test('uses the first current-context of several kubeconfigs, as kubectl does, and ignores files that do not exist', async () => {
  const other = kubeconfig({ name: 'there', current: 'there', context: { cluster: 'default', user: 'admin', namespace: 'else' } });
  server.handler = () => ({ status: 401, json: {} });
  const { stderr } = await status([undefined, kubeconfig({ current: '' }), kubeconfig({ name: 'this', current: 'this' }), other]);
  expect(stderr).toContain('of the context "this" is invalid or has expired');
  const elsewhere = kubeconfig().replace(server.url, 'http://127.0.0.1:1');
  const files = [kubeconfig(), other, elsewhere];
  expect((await status(files, '--context', 'here')).stderr).toContain('answers 401 Unauthorized');
  expect((await status(files, '--context', 'elsewhere')).stderr).toContain(
    'must be a context of the kubeconfig: "here", "there"; got "elsewhere"',
  );
});
