import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { ENVIRONMENT_LABEL } from '../../manifests/contract';
import { type Outcome, run } from '../scripts/project';
import type { Identity } from './harness/audit';
import { type ControlPlane, startControlPlane } from './harness/control-plane';
import { ADMINISTRATOR } from './harness/credentials';
import { ROOT } from './harness/dist';

/** Every user that a row can be, so that the audit log has all requests. */
const VIEWER = { name: 'viewer', groups: ['readers'] };
const AUDITED = [ADMINISTRATOR.name, VIEWER.name, 'system:anonymous'];

let controlPlane: ControlPlane;
let folder: string;
let proxy: Server;
/** Variables of the environment besides HOME and KUBECONFIG. */
let inPod: Record<string, string> = {};
/** What the proxy was asked to connect to. */
const connected: string[] = [];

beforeAll(async () => {
  controlPlane = await startControlPlane({ users: [VIEWER], audited: AUDITED });
  folder = join(controlPlane.directory, 'kubeconfigs');
  mkdirSync(join(folder, 'dist'), { recursive: true });
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'one', namespace: 'default', labels: { [ENVIRONMENT_LABEL]: 'trial' } },
  };
  writeFileSync(join(folder, 'dist', '10-one.k8s.yaml'), JSON.stringify(object));
  writeFileSync(join(folder, 'token'), tokenOf(ADMINISTRATOR.name));
  // Returns the administrator's token only when it gets the cluster in its environment.
  const credential = (token: string): string =>
    JSON.stringify({ kind: 'ExecCredential', apiVersion: 'client.authentication.k8s.io/v1', status: { token } });
  writeFileSync(
    join(folder, 'plugin'),
    `#!/bin/sh\ncase "$KUBERNETES_EXEC_INFO" in *'"server"'*) echo '${credential(tokenOf(ADMINISTRATOR.name))}';; *) echo '${credential(tokenOf(VIEWER.name))}';; esac\n`,
    { mode: 0o700 },
  );
  writeFileSync(join(folder, 'ca.crt'), readFileSync(controlPlane.authority));
  proxy = createServer().on('connect', (request, client) => {
    connected.push(request.url ?? '');
    const [host, port] = (request.url ?? '').split(':');
    const server = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      server.pipe(client).pipe(server);
    });
    for (const socket of [server, client]) socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await controlPlane.stop();
});

function tokenOf(user: string): string {
  const { users } = JSON.parse(readFileSync(controlPlane.kubeconfigOf(user), 'utf8')) as { users: { user: { token: string } }[] };
  return users[0]?.user.token ?? '';
}

interface Parts {
  readonly user?: object | null;
  readonly cluster?: object;
}

function write(name: string, { user = {}, cluster = { 'certificate-authority': 'ca.crt' } }: Parts): string {
  const file = join(folder, name);
  writeFileSync(
    file,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'here',
      clusters: [{ name: 'c', cluster: { server: controlPlane.server, ...cluster } }],
      users: user === null ? [] : [{ name: 'u', user }],
      contexts: [{ name: 'here', context: { cluster: 'c', ...(user !== null && { user: 'u' }) } }],
    }),
    { mode: 0o600 },
  );
  return file;
}

/** Runs a command, and returns the identities that the API server has authenticated its requests as. */
async function identities(
  command: readonly string[],
  kubeconfig: string,
  userAgent: string,
): Promise<{ outcome: Outcome; seen: Identity[] }> {
  const matching = async (): Promise<Identity[]> =>
    (await controlPlane.audit.complete())
      .filter((request) => request.userAgent?.startsWith(userAgent))
      .map(({ user, impersonatedUser }) => impersonatedUser ?? user);
  const before = (await matching()).length;
  const outcome = await run(command, { cwd: ROOT, env: { ...inPod, KUBECONFIG: kubeconfig, HOME: folder } });
  const all = (await matching()).slice(before).map(({ username, groups = [] }) => JSON.stringify({ username, groups: [...groups].sort() }));
  return { outcome, seen: [...new Set(all)].map((text) => JSON.parse(text) as Identity) };
}

/** `kubectl auth whoami` creates a SelfSubjectReview. */
const byKubectl = (file: string): ReturnType<typeof identities> =>
  identities([controlPlane.program('kubectl'), 'auth', 'whoami'], file, 'kubectl');
const byUs = (file: string): ReturnType<typeof identities> =>
  identities([process.execPath, join(ROOT, 'scripts/cluster.js'), 'status', join(folder, 'dist')], file, 'third-party-platform');

const exec = (more: object = {}): object => ({
  apiVersion: 'client.authentication.k8s.io/v1',
  command: './plugin',
  interactiveMode: 'Never',
  ...more,
});
const admin = (): object => ({ token: tokenOf(ADMINISTRATOR.name) });

describe('requests have the identity that those of kubectl have, with', () => {
  test.each<[string, string, () => Parts]>([
    ['a token', 'administrator', () => ({ user: admin() })],
    ['a token file beside the kubeconfig', 'administrator', () => ({ user: { tokenFile: 'token' } })],
    ['a token file and the token of another user', 'administrator', () => ({ user: { token: tokenOf(VIEWER.name), tokenFile: 'token' } })],
    ['as', 'jane', () => ({ user: { ...admin(), as: 'jane' } })],
    ['as and as-groups', 'jane', () => ({ user: { ...admin(), as: 'jane', 'as-groups': ['system:masters', 'devs'] } })],
    ['an exec plugin beside the kubeconfig', 'viewer', () => ({ user: { exec: exec() } })],
    ['an exec plugin with provideClusterInfo', 'administrator', () => ({ user: { exec: exec({ provideClusterInfo: true }) } })],
    ['an exec plugin and a token', 'viewer', () => ({ user: { token: tokenOf(VIEWER.name), exec: exec({ provideClusterInfo: true }) } })],
    ['insecure-skip-tls-verify', 'administrator', () => ({ user: admin(), cluster: { 'insecure-skip-tls-verify': true } })],
    [
      'certificate-authority-data',
      'administrator',
      () => ({ user: admin(), cluster: { 'certificate-authority-data': readFileSync(controlPlane.authority).toString('base64') } }),
    ],
  ])('%s: %s', async (_, username, parts) => {
    const file = write('config', parts());
    const [kubectl, ours] = [await byKubectl(file), await byUs(file)];
    expect(kubectl.seen.map((identity) => identity.username)).toEqual([username]);
    expect(ours.seen).toEqual(kubectl.seen);
  });

  test('proxy-url: both connect through the proxy', async () => {
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const file = write('config', { user: admin(), cluster: { 'certificate-authority': 'ca.crt', 'proxy-url': url } });
    for (const command of [byKubectl, byUs]) {
      connected.length = 0;
      expect((await command(file)).seen.map(({ username }) => username)).toEqual(['administrator']);
      expect(new Set(connected)).toEqual(new Set([controlPlane.server.replace('https://', '')]));
    }
  });

  test('two files: the first that sets an entry wins', async () => {
    const file = `${write('first', { user: { token: tokenOf(VIEWER.name) } })}:${write('second', { user: admin() })}`;
    expect((await byUs(file)).seen).toEqual((await byKubectl(file)).seen);
  });
});

// kubectl reads the ServiceAccount from this folder only: root can make it where there is none.
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
(process.getuid?.() === 0 && !existsSync('/var/run/secrets') ? test : test.skip)(
  'in a Pod, without a kubeconfig, requests have the identity of the ServiceAccount',
  async () => {
    mkdirSync(SERVICE_ACCOUNT, { recursive: true });
    try {
      writeFileSync(join(SERVICE_ACCOUNT, 'token'), tokenOf(VIEWER.name));
      writeFileSync(join(SERVICE_ACCOUNT, 'namespace'), 'default');
      writeFileSync(join(SERVICE_ACCOUNT, 'ca.crt'), readFileSync(controlPlane.authority));
      const { hostname, port } = new URL(controlPlane.server);
      inPod = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
      for (const command of [byKubectl, byUs]) expect((await command('')).seen.map(({ username }) => username)).toEqual([VIEWER.name]);
    } finally {
      inPod = {};
      rmSync('/var/run/secrets', { recursive: true });
    }
  },
);

describe('nothing is sent, as by kubectl, with', () => {
  test.each<[string, () => Parts]>([
    ['as-groups without as', () => ({ user: { ...admin(), 'as-groups': ['devs'] } })],
    ['a token and a username', () => ({ user: { ...admin(), username: 'a', password: 'b' } })],
    ['invalid certificate-authority-data', () => ({ user: admin(), cluster: { 'certificate-authority-data': 'bm8=' } })],
    ['an exec plugin that is not found', () => ({ user: { exec: exec({ command: 'no-such-plugin' }) } })],
    [
      'a certificate authority and insecure-skip-tls-verify',
      () => ({ user: admin(), cluster: { 'certificate-authority': 'ca.crt', 'insecure-skip-tls-verify': true } }),
    ],
    ['a cluster without a server', () => ({ user: null, cluster: { server: '' } })],
  ])('%s', async (_, parts) => {
    const file = write('config', parts());
    const [kubectl, ours] = [await byKubectl(file), await byUs(file)];
    expect(kubectl.outcome.code).not.toBe(0);
    expect([ours.outcome.code, ours.seen, ours.outcome.stderr]).toEqual([2, [], expect.not.stringMatching(/^\s+at /m) as string]);
  });

  test.each([
    ['as-uid', '7'],
    ['as-user-extra', { reason: ['view'] }],
  ])('%s, which kubectl sends and we refuse: without it, the identity would be another', async (field, value) => {
    const { outcome, seen } = await byUs(write('config', { user: { ...admin(), as: 'jane', [field]: value } }));
    expect([outcome.code, seen]).toEqual([2, []]);
    expect(outcome.stderr).toContain(`users[u].user.${field}: is not supported`);
  });
});
