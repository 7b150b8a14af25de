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

/** The bundle is what people run, and client-node is an ES module that only it can load. */
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

const NO_KUBECONFIG =
  'There is no cluster to talk to: there is no kubeconfig.\n' +
  'Set KUBECONFIG (on k3s: /etc/rancher/k3s/k3s.yaml), or name a context with --context.\n';

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
    'There is no cluster to talk to: the kubeconfig names no current context, and has "here".\nSet KUBECONFIG (on k3s: /etc/rancher/k3s/k3s.yaml), or name a context with --context.\n',
  ],
  [
    'a context without a user',
    () => kubeconfig({ context: { cluster: 'default' } }),
    'The context "here" of the kubeconfig names no user that is in it, so there is nobody to log in as.\n',
  ],
  ['YAML that is none', () => 'a: b: c\n', expect.stringMatching(/^The kubeconfig cannot be read: /)],
  [
    'a plugin that fails',
    () => kubeconfig({ user: { exec: failing } }),
    expect.stringMatching(/^Logging in as the context "here" failed: .*session expired, run: login/),
  ],
  [
    'a plugin that is not there',
    () => kubeconfig({ user: { exec: { ...failing, command: 'no-such-plugin' } } }),
    expect.stringMatching(/^Logging in as the context "here" failed: .*no-such-plugin/),
  ],
])('%s is told with what to do, and without a stack trace', async (_, content, message) => {
  const { code, stdout, stderr } = await status([content()]);
  expect([code, stdout, stderr]).toEqual([2, '', message]);
  expect(stderr).not.toMatch(/^\s+at /m);
});

test('a context that is not there is told with those that are', async () => {
  const { code, stderr } = await status([kubeconfig()], '--context', 'elsewhere');
  expect([code, stderr]).toEqual([2, 'The kubeconfig has no context "elsewhere". It has "here".\n']);
});

test('a user logs in by what the kubeconfig says, and a token that the server does not know is never shown', async () => {
  server.handler = () => ({ status: 401, json: { message: 'Unauthorized' } });
  const { code, stdout, stderr } = await status([kubeconfig({ current: '' })], '--context', 'here');
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^The API server .* does not know who is asking: /)]);
  expect(server.asked[0]?.headers.authorization).toBe('Bearer secret-token');
  expect(stdout + stderr).not.toContain('secret-token');
});

test('of several kubeconfigs the first that names a context counts, as for kubectl, and those that are not there count for nothing', async () => {
  const other = kubeconfig({ name: 'there', current: 'there', context: { cluster: 'default', user: 'admin', namespace: 'else' } });
  server.handler = () => ({ status: 401, json: {} });
  const { stderr } = await status([undefined, kubeconfig({ current: '' }), kubeconfig({ name: 'this', current: 'this' }), other]);
  expect(stderr).toContain('of the context "this" is wrong, or has expired');
  const elsewhere = kubeconfig().replace(server.url, 'http://127.0.0.1:1');
  const files = [kubeconfig(), other, elsewhere];
  expect((await status(files, '--context', 'here')).stderr).toContain('does not know who is asking');
  expect((await status(files, '--context', 'elsewhere')).stderr).toContain('It has "here", "there".');
});
