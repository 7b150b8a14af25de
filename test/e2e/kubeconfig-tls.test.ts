import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { ENVIRONMENT_LABEL } from '../../manifests/contract';
import { type Outcome, run } from '../scripts/project';
import { type ControlPlane, startControlPlane } from './harness/control-plane';
import { ADMINISTRATOR } from './harness/credentials';
import { ROOT } from './harness/dist';
import { type LoggedRequest, LoggingServer, servingCertificate } from './harness/logging-server';

/** A name that only the proxy can reach. */
const HOST = 'api.cluster.invalid';

let controlPlane: ControlPlane;
let server: LoggingServer;
let proxy: Server;
let folder: string;
/** What the proxy was asked to connect to. */
const connected: string[] = [];

beforeAll(async () => {
  controlPlane = await startControlPlane();
  server = await LoggingServer.start(controlPlane);
  folder = join(controlPlane.directory, 'kubeconfigs');
  mkdirSync(join(folder, 'dist'), { recursive: true });
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'one', namespace: 'default', labels: { [ENVIRONMENT_LABEL]: 'trial' } },
  };
  writeFileSync(join(folder, 'dist', '10-one.k8s.yaml'), JSON.stringify(object));
  writeFileSync(join(folder, 'ca.crt'), readFileSync(controlPlane.authority));
  const { cert, key } = servingCertificate(controlPlane);
  writeFileSync(join(folder, 'client.crt'), cert);
  writeFileSync(join(folder, 'client.key'), key);
  proxy = createServer().on('connect', (request, client) => {
    connected.push(request.url ?? '');
    const upstream = connect(server.port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [upstream, client]) socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await server.stop();
  await controlPlane.stop();
});
beforeEach(() => {
  server.refuses = () => false;
  connected.length = 0;
});

const adminToken = (): string => {
  const { users } = JSON.parse(readFileSync(controlPlane.kubeconfigOf(ADMINISTRATOR.name), 'utf8')) as {
    users: { user: { token: string } }[];
  };
  return users[0]?.user.token ?? '';
};

function write(user: object, cluster: object = {}): string {
  const file = join(folder, 'config');
  const parts = { server: `https://127.0.0.1:${server.port}`, 'certificate-authority': 'ca.crt', ...cluster };
  writeFileSync(
    file,
    JSON.stringify({
      'current-context': 'here',
      clusters: [{ name: 'c', cluster: parts }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
    }),
    { mode: 0o600 },
  );
  return file;
}

/** A plugin that writes a line to `runs` each time, and prints the content of `credential`. */
function plugin(status: object): object {
  writeFileSync(join(folder, 'runs'), '');
  writeFileSync(
    join(folder, 'credential'),
    JSON.stringify({ kind: 'ExecCredential', apiVersion: 'client.authentication.k8s.io/v1', status }),
  );
  writeFileSync(join(folder, 'plugin'), `#!/bin/sh\necho run >> '${folder}/runs'\ncat '${folder}/credential'\n`, { mode: 0o700 });
  return { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: './plugin', interactiveMode: 'Never' } };
}
const runs = (): number => readFileSync(join(folder, 'runs'), 'utf8').split('\n').length - 1;

type Seen = Pick<LoggedRequest, 'certificate'> & {
  readonly authorization?: string | undefined;
  readonly user?: unknown;
  readonly groups?: unknown;
};

/** Runs a command, and returns its outcome and the different identities that its requests asked for. */
async function sent(
  command: readonly string[],
  kubeconfig: string,
  env: Record<string, string>,
): Promise<{ outcome: Outcome; seen: Seen[] }> {
  server.requests.length = 0;
  const outcome = await run(command, { cwd: ROOT, env: { ...env, KUBECONFIG: kubeconfig, HOME: folder } });
  const all = server.requests.map(({ headers, certificate }) =>
    JSON.stringify({
      certificate,
      authorization: headers.authorization,
      user: headers['impersonate-user'],
      groups: headers['impersonate-group'],
    }),
  );
  return { outcome, seen: [...new Set(all)].map((text) => JSON.parse(text) as Seen) };
}

const byKubectl = (file: string, env = {}): ReturnType<typeof sent> => sent([controlPlane.program('kubectl'), 'auth', 'whoami'], file, env);
const byUs = (file: string, env = {}): ReturnType<typeof sent> =>
  sent([process.execPath, join(ROOT, 'scripts/cluster.js'), 'status', join(folder, 'dist')], file, env);

describe('requests have the headers and the client certificate that those of kubectl have, with', () => {
  const read = (name: string): string => readFileSync(join(folder, name)).toString('base64');
  test.each<[string, () => object]>([
    ['a token', () => ({ token: 'one' })],
    ['as and as-groups', () => ({ token: 'one', as: 'jane', 'as-groups': ['a', 'b'] })],
    ['client certificate files', () => ({ 'client-certificate': 'client.crt', 'client-key': 'client.key' })],
    ['client certificate data', () => ({ 'client-certificate-data': read('client.crt'), 'client-key-data': read('client.key') })],
    ['a client certificate and a token', () => ({ 'client-certificate': 'client.crt', 'client-key': 'client.key', token: 'one' })],
    [
      'an exec plugin that returns a certificate',
      () =>
        plugin({
          clientCertificateData: readFileSync(join(folder, 'client.crt'), 'utf8'),
          clientKeyData: readFileSync(join(folder, 'client.key'), 'utf8'),
        }),
    ],
    ['a username and a password', () => ({ username: 'jane', password: 'ä:b' })],
  ])('%s', async (_, user) => {
    const file = write(user());
    const [kubectl, ours] = [await byKubectl(file), await byUs(file)];
    expect(kubectl.seen).toHaveLength(1);
    expect(ours.seen).toEqual(kubectl.seen);
  });
});

describe('after an answer 401', () => {
  const good = (): string => `Bearer ${adminToken()}`;
  beforeEach(() => (server.refuses = ({ headers }) => headers.authorization !== good()));

  test('an exec plugin runs once more, as by kubectl, and the request succeeds', async () => {
    const file = write(plugin({ token: 'old' }));
    server.refuses = ({ headers }) => {
      if (headers.authorization === good()) return false;
      writeFileSync(
        join(folder, 'credential'),
        JSON.stringify({ kind: 'ExecCredential', apiVersion: 'client.authentication.k8s.io/v1', status: { token: adminToken() } }),
      );
      return true;
    };
    const { seen, outcome } = await byUs(file);
    expect(outcome.stderr).not.toContain('401');
    expect([runs(), seen.map(({ authorization }) => authorization)]).toEqual([2, ['Bearer old', good()]]);

    const again = write(plugin({ token: 'old' }));
    await byKubectl(again);
    expect(runs()).toBe(2);
  });

  test('an exec plugin that returns the same runs twice, not for ever', async () => {
    const { outcome } = await byUs(write(plugin({ token: 'old' })));
    expect([runs(), outcome.code, outcome.stderr]).toEqual([2, 2, expect.stringContaining('answers 401 Unauthorized')]);
  });

  test('a token file is read again', async () => {
    writeFileSync(join(folder, 'token'), 'old');
    server.refuses = ({ headers }) => {
      writeFileSync(join(folder, 'token'), adminToken());
      return headers.authorization !== good();
    };
    const { outcome, seen } = await byUs(write({ tokenFile: 'token' }));
    expect(seen.map(({ authorization }) => authorization)).toEqual(['Bearer old', good()]);
    expect(outcome.stderr).toBe('');
  });

  test('a token of the kubeconfig is not sent again', async () => {
    const { outcome } = await byUs(write({ token: 'old' }));
    expect(outcome.code).toBe(2);
    expect(new Set(server.requests.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer old']));
    expect(server.requests.length).toBeLessThanOrEqual(2);
  });
});

describe('HTTPS_PROXY and NO_PROXY', () => {
  const cluster = { server: `https://${HOST}:6443`, 'tls-server-name': 'kubernetes' };
  const address = (): string => `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;

  test.each<[string, Record<string, string>, boolean]>([
    ['HTTPS_PROXY', { HTTPS_PROXY: 'PROXY' }, true],
    ['https_proxy in small letters', { https_proxy: 'PROXY' }, true],
    ['HTTP_PROXY only', { HTTP_PROXY: 'PROXY' }, false],
    ['NO_PROXY with the domain', { HTTPS_PROXY: 'PROXY', NO_PROXY: '.cluster.invalid' }, false],
    ['NO_PROXY with another domain', { HTTPS_PROXY: 'PROXY', NO_PROXY: 'example.org' }, true],
    ['NO_PROXY with another port', { HTTPS_PROXY: 'PROXY', NO_PROXY: `${HOST}:443` }, true],
    ['NO_PROXY with *', { HTTPS_PROXY: 'PROXY', NO_PROXY: '*' }, false],
  ])('%s: kubectl and we use the proxy, or both do not', async (_, variables, isUsed) => {
    const none = { HTTPS_PROXY: '', https_proxy: '', HTTP_PROXY: '', http_proxy: '', NO_PROXY: '', no_proxy: '' };
    const env = {
      ...none,
      ...Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, value.replace('PROXY', address())])),
    };
    for (const command of [byKubectl, byUs]) {
      connected.length = 0;
      const { seen } = await command(write({ token: adminToken() }, cluster), env);
      expect([new Set(connected), seen.length]).toEqual(isUsed ? [new Set([`${HOST}:6443`]), 1] : [new Set(), 0]);
    }
  });

  test('proxy-url wins over HTTPS_PROXY', async () => {
    for (const command of [byKubectl, byUs]) {
      connected.length = 0;
      const { seen } = await command(write({ token: adminToken() }, { ...cluster, 'proxy-url': address() }), {
        HTTPS_PROXY: 'http://127.0.0.1:1',
      });
      expect([new Set(connected), seen.length]).toEqual([new Set([`${HOST}:6443`]), 1]);
    }
  });
});

test('a missing exec plugin is reported with its installHint, as by kubectl', async () => {
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: 'no-such-plugin',
    interactiveMode: 'Never',
    installHint: 'Run: get-plugin',
  };
  for (const command of [byKubectl, byUs]) {
    const { outcome, seen } = await command(write({ exec }));
    expect([outcome.stderr, seen]).toEqual([expect.stringContaining('Run: get-plugin'), []]);
  }
});

test('invalid certificate-authority-data is named', async () => {
  const file = write({ token: 'one' }, { 'certificate-authority': '', 'certificate-authority-data': 'bm8=' });
  const [kubectl, ours] = [await byKubectl(file), await byUs(file)];
  expect([kubectl.seen, ours.seen, ours.outcome.code]).toEqual([[], [], 2]);
  expect(ours.outcome.stderr).toContain(
    'cluster of the context "here": certificate-authority-data: must be base64 of PEM; got something else.',
  );
});
