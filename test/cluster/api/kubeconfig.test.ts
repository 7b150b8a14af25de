import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { stringify } from 'yaml';
import { Authenticator, type Authentication } from '../../../cluster/api/credentials';
import { type KubeconfigContext, readKubeconfig } from '../../../cluster/api/kubeconfig';
import { proxyFromEnvironment } from '../../../cluster/api/proxy';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string, mode = 0o600): string {
  writeFileSync(join(folder, name), content, { mode });
  return join(folder, name);
}

/** A kubeconfig with one context, whose user and cluster have these fields. */
function config(user: object = {}, cluster: object = {}, name = 'here'): string {
  return stringify({
    'current-context': name,
    clusters: [{ name: 'c', cluster: { server: 'https://10.0.0.1:6443', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name, context: { cluster: 'c', user: 'u', namespace: `of-${name}` } }],
  });
}

const read = (...files: string[]): KubeconfigContext => readKubeconfig(undefined, { KUBECONFIG: files.join(delimiter), HOME: folder });

function authenticated(user: object, cluster: object = {}): Promise<Authentication> {
  return new Authenticator(read(write('config', config(user, cluster)))).authenticate();
}

/** A plugin that returns its KUBERNETES_EXEC_INFO as token, so that a test can read it. */
const ECHO = `#!/bin/sh
printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"%s"%s}}' "$(printf %s "$KUBERNETES_EXEC_INFO" | base64 | tr -d '\\n')" "$EXTRA"
`;
const exec = (more: object = {}): object => ({
  exec: { apiVersion: 'client.authentication.k8s.io/v1', command: './plugin', interactiveMode: 'Never', ...more },
});

describe('a kubeconfig', () => {
  test('is merged as by kubectl: the first file that sets an entry or the current context wins', () => {
    const first = write('first', stringify({ users: [{ name: 'u', user: { token: 'first' } }] }));
    const second = write('second', config({ token: 'second' }));
    const third = write('third', config({ token: 'third' }, {}, 'there'));
    expect(read(join(folder, 'missing'), first, second, third)).toMatchObject({
      name: 'here',
      namespace: 'of-here',
      user: { token: 'first' },
    });
  });

  test('has paths relative to its own folder, and commands with a slash as well', () => {
    mkdirSync(join(folder, 'sub'));
    const file = write('sub/config', config({ tokenFile: 'token', ...exec() }, { 'certificate-authority': '../ca' }));
    expect(read(file)).toMatchObject({
      user: { tokenFile: join(folder, 'sub/token'), exec: { command: join(folder, 'sub/plugin') } },
      cluster: { 'certificate-authority': join(folder, 'ca') },
    });
  });

  test.each([
    ['10.0.0.1:6443', {}, 'http://10.0.0.1:6443'],
    ['10.0.0.1:6443', { 'insecure-skip-tls-verify': true }, 'https://10.0.0.1:6443'],
    ['https://10.0.0.1:6443/', {}, 'https://10.0.0.1:6443'],
  ])('with server %s and %j connects to %s%s', (server, tls, url) => {
    expect(read(write('config', config({}, { server, ...tls }))).cluster.server).toBe(url);
  });

  test('is not needed in a Pod: the ServiceAccount is used, with a token that is read again', async () => {
    write('token', 'one');
    write('namespace', 'cvat\n');
    const environment = { HOME: folder, KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
    const context = readKubeconfig(undefined, environment, folder);
    expect(context).toMatchObject({
      namespace: 'cvat',
      cluster: { server: 'https://[fd00::1]:443', 'certificate-authority': join(folder, 'ca.crt') },
    });
    const authenticator = new Authenticator({ ...context, cluster: { server: 'https://x' } });
    expect((await authenticator.authenticate()).headers).toEqual({ authorization: 'Bearer one' });
    write('token', 'two\n');
    expect((await authenticator.authenticate()).headers).toEqual({ authorization: 'Bearer two' });
  });

  test.each([
    [{ current: 'x' }, 'current-context: must be a context of the kubeconfig: "here"; got "x". Give one with --context.'],
    [{ cluster: 'x' }, 'contexts[here].cluster: must be a cluster of the kubeconfig with a server: "c"; got "x".'],
    [{ user: 'x' }, 'contexts[here].user: must be a user of the kubeconfig: "u"; got "x".'],
  ] as readonly [{ current?: string; cluster?: string; user?: string }, string][])(
    'with a wrong reference %j is refused',
    (change, message) => {
      const text = config().replace(`current-context: here`, `current-context: ${change.current ?? 'here'}`);
      const file = write(
        'config',
        text.replace('cluster: c', `cluster: ${change.cluster ?? 'c'}`).replace('user: u', `user: ${change.user ?? 'u'}`),
      );
      expect(() => read(file)).toThrow(message);
    },
  );
});

describe('authentication', () => {
  test.each([
    ['a token', { token: 't' }, { authorization: 'Bearer t' }],
    ['a username and a password', { username: 'a', password: 'b' }, { authorization: 'Basic YTpi' }],
    ['nothing', {}, {}],
    ['as', { token: 't', as: 'jane' }, { authorization: 'Bearer t', 'impersonate-user': 'jane' }],
    [
      'as-groups',
      { token: 't', as: 'jane', 'as-groups': ['a', 'b'] },
      { authorization: 'Bearer t', 'impersonate-user': 'jane', 'impersonate-group': ['a', 'b'] },
    ],
  ])('sends %s', async (_, user, headers) => {
    expect((await authenticated(user)).headers).toEqual(headers);
  });

  test('prefers tokenFile to token, and reads it again', async () => {
    write('token', 'one');
    const authenticator = new Authenticator(read(write('config', config({ token: 'static', tokenFile: 'token' }))));
    expect((await authenticator.authenticate()).headers['authorization']).toBe('Bearer one');
    write('token', 'two');
    expect((await authenticator.authenticate()).headers['authorization']).toBe('Bearer two');
  });

  test.each([
    [{ 'as-uid': '7', as: 'jane' }, /users\[u\]\.user\.as-uid: is not supported/],
    [{ 'as-user-extra': { a: ['b'] }, as: 'jane' }, /users\[u\]\.user\.as-user-extra: is not supported/],
    [{ 'as-groups': ['a'] }, /users\[u\]\.user\.as: must be set/],
    [{ 'auth-provider': { name: 'oidc' } }, /users\[u\]\.user\.auth-provider: is not supported; got "oidc"/],
    [{ token: 't', username: 'a' }, /users\[u\]\.user: must have either a token or a username/],
    [{ 'client-certificate-data': 'bm8=' }, /users\[u\]\.user\.client-certificate-data: must be base64 of PEM/],
    [exec({ apiVersion: 'v1' }), /exec\.apiVersion: must be client\.authentication\.k8s\.io\/v1 or v1beta1; got "v1"/],
    [exec({ interactiveMode: 'Always' }), /requires a terminal/],
  ])('refuses %j', async (user, message) => {
    await expect(authenticated(user)).rejects.toThrow(message);
  });

  test('names certificate-authority-data when it is invalid', async () => {
    await expect(authenticated({}, { 'certificate-authority-data': 'bm8=' })).rejects.toThrow(
      'cluster of the context "here": certificate-authority-data: must be base64 of PEM; got something else.',
    );
  });
});

describe('an exec plugin', () => {
  const infoOf = ({ headers }: Authentication): unknown =>
    JSON.parse(Buffer.from(String(headers['authorization']).slice('Bearer '.length), 'base64').toString());

  test('beside its kubeconfig gets KUBERNETES_EXEC_INFO, with the cluster if provideClusterInfo is set', async () => {
    write('plugin', ECHO, 0o700);
    expect(infoOf(await authenticated(exec()))).toEqual({
      kind: 'ExecCredential',
      apiVersion: 'client.authentication.k8s.io/v1',
      spec: { interactive: false },
    });
    const extensions = [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'x' } }];
    expect(infoOf(await authenticated(exec({ provideClusterInfo: true }), { extensions }))).toMatchObject({
      spec: { cluster: { server: 'https://10.0.0.1:6443', config: { audience: 'x' } } },
    });
  });

  test('runs again only when its credential has expired', async () => {
    write('plugin', ECHO, 0o700);
    const run = (expires: string): Authenticator =>
      new Authenticator(read(write('config', config(exec({ env: [{ name: 'EXTRA', value: `,"expirationTimestamp":"${expires}"` }] })))));
    for (const [expires, again] of [
      ['2000-01-01T00:00:00Z', true],
      ['2999-01-01T00:00:00Z', false],
    ] as const) {
      write('plugin', ECHO, 0o700);
      const authenticator = run(expires);
      await authenticator.authenticate();
      write('plugin', '#!/bin/sh\nexit 3\n', 0o700);
      await (again ? expect(authenticator.authenticate()).rejects.toThrow('exit code 3') : authenticator.authenticate());
    }
  });

  test('that is not found is reported with its installHint', async () => {
    await expect(authenticated(exec({ command: 'no-such-plugin', installHint: 'brew install it' }))).rejects.toThrow(
      'no-such-plugin: command not found\nbrew install it',
    );
  });

  test('is not run when there is a token', async () => {
    expect((await authenticated({ token: 't', ...exec({ command: 'no-such-plugin' }) })).headers).toEqual({ authorization: 'Bearer t' });
  });
});

test.each([
  ['https://10.0.0.1:6443', {}, undefined],
  ['https://10.0.0.1:6443', { HTTPS_PROXY: 'http://proxy:3128' }, 'http://proxy:3128'],
  ['https://10.0.0.1:6443', { https_proxy: 'proxy:3128' }, 'http://proxy:3128'],
  ['https://10.0.0.1:6443', { HTTP_PROXY: 'http://proxy:3128' }, undefined],
  ['http://10.0.0.1:8080', { HTTP_PROXY: 'http://proxy:3128' }, 'http://proxy:3128'],
  ['https://127.0.0.1:6443', { HTTPS_PROXY: 'http://proxy:3128' }, undefined],
  ['https://localhost:6443', { HTTPS_PROXY: 'http://proxy:3128' }, undefined],
  ['https://10.0.0.1:6443', { HTTPS_PROXY: 'http://p', NO_PROXY: '*' }, undefined],
  ['https://10.0.0.1:6443', { HTTPS_PROXY: 'http://p', NO_PROXY: '10.0.0.0/8' }, undefined],
  ['https://10.0.0.1:6443', { HTTPS_PROXY: 'http://p', NO_PROXY: '10.0.0.0/33, 10.0.0.1' }, undefined],
  ['https://10.0.0.1:6443', { HTTPS_PROXY: 'http://p', NO_PROXY: '192.168.0.0/16,0.0.1' }, 'http://p'],
  ['https://api.example.org:6443', { HTTPS_PROXY: 'http://p', NO_PROXY: 'example.org' }, undefined],
  ['https://api.example.org:6443', { HTTPS_PROXY: 'http://p', NO_PROXY: '.example.org:6443' }, undefined],
  ['https://api.example.org:6443', { HTTPS_PROXY: 'http://p', NO_PROXY: 'example.org:443' }, 'http://p'],
  ['https://example.org:6443', { HTTPS_PROXY: 'http://p', NO_PROXY: '.example.org' }, 'http://p'],
  ['https://myexample.org', { HTTPS_PROXY: 'http://p', no_proxy: 'example.org' }, 'http://p'],
])('the proxy for %s with %j is %s', (server, environment, proxy) => {
  expect(proxyFromEnvironment(server, environment)).toBe(proxy);
});
