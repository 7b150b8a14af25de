import { AppUserOperator } from './harness/app-user-operator';
import type { AuditedRequest } from './harness/audit';
import { type Cluster, startCluster } from './harness/cluster';
import { Commands } from './harness/command';
import { FIXTURES } from '../fixtures/dist';
import { edited, type Edits, LOCAL, objectsIn } from './harness/dist';
import type { Kubectl } from './harness/kubectl';

/** Who runs the commands here: of whom each request is written down. */
const DEPLOYER = { name: 'deployer', groups: ['system:masters'] };
const OBJECTS = objectsIn(LOCAL);

// A fresh install, on a machine that does other things, too.
jest.setTimeout(240_000);

const anotherHost = (text: string): string => text.replaceAll('cvat.kube-public', 'cvat.example.org');
const ANOTHER_HOST: Edits = { '40-app-user-operator': anotherHost, '50-cvat': anotherHost };

/** The objects of a file that are not of these kinds. */
const without =
  (...kinds: readonly string[]) =>
  (text: string): string =>
    text
      .split('\n---\n')
      .filter((document) => !kinds.some((kind) => document.includes(`\nkind: ${kind}\n`)))
      .join('\n---\n');

const repeated = (values: readonly string[]): string[] => values.filter((value, index) => values.indexOf(value) < index);

describe('an environment from its first deploy on', () => {
  let cluster: Cluster;
  let kubectl: Kubectl;
  let commands: Commands;
  let appUserOperator: AppUserOperator;

  beforeAll(async () => {
    cluster = await startCluster({ traefik: true, users: [DEPLOYER], audited: [DEPLOYER.name] });
    ({ kubectl } = cluster);
    commands = new Commands(cluster.controlPlane, cluster.controlPlane.kubeconfigOf(DEPLOYER.name));
    appUserOperator = await AppUserOperator.start(cluster.controlPlane);
  });

  afterAll(async () => {
    commands?.close();
    await appUserOperator?.stop();
    await cluster?.stop();
  });

  const distWith = (edits: Edits): string => edited(LOCAL, cluster.controlPlane.directory, edits);

  /** The version of every object of dist, and of the inventory. Any write changes it. */
  async function versions(): Promise<string> {
    const columns = '{range .items[*]}{.kind} {.metadata.name} {.metadata.resourceVersion}{"\\n"}{end}';
    const output = ['-o', `jsonpath=${columns}`];
    const inventory = await kubectl.output(['get', 'configmaps', '-n', 'default', ...output]);
    return inventory + (await kubectl.output(['get', '-f', LOCAL.folder, ...output], { workingDirectory: FIXTURES }));
  }

  async function requestsOf(work: () => Promise<void>): Promise<readonly AuditedRequest[]> {
    const before = cluster.controlPlane.audit.requests().length;
    await work();
    return cluster.controlPlane.audit.requests().slice(before);
  }

  const valueAt = (path: string, ...what: readonly string[]): Promise<string> =>
    kubectl.output(['get', ...what, '-n', 'cvat', '-o', `jsonpath=${path}`]);

  test('comes up at once, stage by stage, and deploy says where it is and where its passwords are', async () => {
    const stdout = await commands.output('deploy');
    expect(stdout).toContain(`Deploying 8 stages of local (dist):\n  context test, server ${cluster.server}\n`);
    expect(stdout.match(/^\d\d-.*$/gm)).toEqual([
      '00-data-protection',
      '10-app-user-crd',
      '20-postgres-operator-crds',
      '20-postgres-operator',
      '30-postgres',
      '40-app-user-operator',
      '50-cvat',
      '60-app-users',
    ]);
    expect(stdout.match(/^created /gm)).toHaveLength(OBJECTS.length);
    expect(stdout.slice(stdout.indexOf('\nlocal is ready'))).toBe(`
local is ready (${OBJECTS.length} objects).

Open in a browser:
  http://cvat.kube-public

If DNS does not resolve these names, add to /etc/hosts:
  127.0.0.1 cvat.kube-public

Passwords are in:
  Secret cvat/my-postgres-pguser-cvat
  Secret cvat/cvat-administrator
  Secret cvat/cvat-robot
`);
    expect(appUserOperator.cvat.people.byUsername('john')).toMatchObject({ isActive: true, email: 'john.doe@kapernikov.com' });
    // Of the database, of the four that the operator makes, and john's: none of them was in that output, or will be in any that follows.
    expect(commands.secretCount).toBeGreaterThan(2 * 6);
  });

  test('is ready, says status', async () => {
    const stdout = await commands.output('status');
    expect(stdout).toMatch(/^30-postgres +Namespace cvat +ready\n +PostgresCluster cvat\/my-postgres +ready\n/m);
    expect(stdout).toContain(`local is ready (${OBJECTS.length} objects).`);
  });

  test('is left alone by a second deploy, which asks for nothing twice', async () => {
    const before = await versions();
    const requests = await requestsOf(async () => {
      expect(await commands.output('deploy')).not.toMatch(/^(created|changed|waiting|warning) /m);
    });
    expect(await versions()).toBe(before);
    const uris = (...verbs: readonly string[]): string[] =>
      requests.filter(({ verb }) => verbs.includes(verb)).map(({ requestURI }) => requestURI);
    // Asking what one may do is a POST, and changes nothing.
    const writes = requests.filter(
      ({ verb, requestURI }) => !['get', 'list'].includes(verb) && !requestURI.endsWith('accessreviews') && verb !== 'delete',
    );
    // A dry-run delete verifies that data protection is in force: the versions above say that nothing was deleted.
    expect(uris('delete')).toHaveLength(3);
    expect(writes.filter(({ verb, requestURI }) => verb !== 'patch' || !requestURI.includes('fieldManager=third-party-platform'))).toEqual(
      [],
    );
    expect(uris('list')).not.toEqual([]);
    expect(repeated(uris('patch'))).toEqual([]);
    // PGO's CRDs have 200 kB.
    expect(uris('patch').filter((uri) => uri.includes('customresourcedefinitions'))).toEqual([]);
    expect(repeated(uris('list'))).toEqual([]);
    expect(repeated(uris('get'))).toEqual([]);
  });

  test('has no difference to dist', async () => {
    expect(await commands.run('diff')).toMatchObject({ code: 0, stdout: `No differences in ${OBJECTS.length} objects.\n` });
  });

  test('differs from a dist with another host in the lines that name it, and deploy changes those', async () => {
    const dist = distWith(ANOTHER_HOST);
    const { code, stdout, stderr } = await commands.run('diff', dist);
    expect(code).toBe(1);
    expect(stderr).toContain(`context test, server ${cluster.server}`);
    expect(stdout.match(/^[-+] .*$/gm)).toEqual([
      '-              value: http://cvat.kube-public',
      '+              value: http://cvat.example.org',
      '-    - host: cvat.kube-public',
      '+    - host: cvat.example.org',
      '-      hostname: cvat.kube-public',
      '+      hostname: cvat.example.org',
    ]);
    expect(stdout).toMatch(/\n0 to create, 3 to change, 0 to delete, of 27 objects\.\n$/);

    const deployed = await commands.output('deploy', dist);
    expect(deployed.match(/^configured .*$/gm)?.sort()).toEqual([
      'configured Deployment cvat/app-user-operator',
      'configured HelmChart kube-system/cvat',
      'configured Ingress cvat/cvat-closed-registration',
    ]);
    expect(deployed).toContain('\n  http://cvat.example.org\n');
    expect(await valueAt('{.items[*].spec.rules[*].host}', 'ingress')).toBe('cvat.example.org cvat.example.org');
    expect(await valueAt('{.items[*].metadata.labels.status}', 'secrets', '-l', 'owner=helm,name=cvat')).toBe('superseded deployed');
  });

  test('shows what changes in a Secret, but no value', async () => {
    const { code, stdout } = await commands.run(
      'diff',
      distWith({ ...ANOTHER_HOST, '30-postgres': (text) => text.replace('username: Y3ZhdA==', 'username: c29tZWJvZHk=') }),
    );
    expect(code).toBe(1);
    expect(stdout.match(/^[-+] .*$/gm)).toEqual(['-  username: "*** (before)"', '+  username: "*** (after)"']);
    expect(stdout).not.toMatch(/Y3ZhdA==|c29tZWJvZHk=/);
  });

  test('cannot change what Kubernetes calls immutable, and diff and deploy name the way out', async () => {
    const dist = distWith({
      ...ANOTHER_HOST,
      '50-cvat': (text) => anotherHost(text).replace('cvat/server:v2.73.0', 'cvat/server:v2.74.0'),
    });
    const remedy = 'Delete the Job, and deploy creates and runs it again: kubectl -n cvat delete job cvat-administrators-';
    const { code, stdout } = await commands.run('diff', dist);
    expect(code).toBe(2);
    expect(stdout).toContain('\n+          image: cvat/server:v2.74.0\n');
    expect(stdout).toContain(remedy);
    const deployed = await commands.run('deploy', dist, '--stage', 'cvat');
    expect(deployed).toMatchObject({ code: 1, stdout: expect.stringContaining(remedy) });
  });

  test('keeps fields of other field managers without --force-conflicts', async () => {
    const other = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'app-user-operator', namespace: 'cvat', labels: { 'app.kubernetes.io/name': 'renamed' } },
      spec: { replicas: 2 },
    };
    const flags = ['--server-side', '--force-conflicts', '--field-manager=other'];
    expect(await kubectl.apply(JSON.stringify(other), ...flags)).toMatchObject({ code: 0 });

    const refused = await commands.run('deploy', '--stage', 'app-user-operator');
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain(
      '2 fields have another value, set by another field manager: .metadata.labels.app.kubernetes.io/name by other, .spec.replicas by other',
    );
    expect(await valueAt('{.spec.replicas}', 'deployment', 'app-user-operator')).toBe('2');

    await commands.output('deploy', '--force-conflicts');
    expect(await valueAt('{.spec.replicas}', 'deployment', 'app-user-operator')).toBe('1');
  });

  test('loses what dist has no longer, but not the database, which is listed', async () => {
    const dist = distWith({ '60-app-users': () => undefined, '30-postgres': without('PostgresCluster', 'Secret') });
    const stdout = await commands.output('deploy', dist);
    expect(stdout).toContain('Pruned: 1 object.');
    expect(stdout).toMatch(
      /Kept, though no longer in dist, because --delete-data was not given:\n {2}PostgresCluster cvat\/my-postgres\n {4}holds data/,
    );
    expect(await valueAt('{.items[*].metadata.name}', 'appusers')).toBe('');
    expect(appUserOperator.cvat.people.byUsername('john')).toMatchObject({ isActive: false });
    expect(await valueAt('{.status.instances[0].readyReplicas}', 'postgrescluster', 'my-postgres')).toBe('2');
    expect((await commands.run('status', dist)).stdout).toMatch(/PostgresCluster cvat\/my-postgres +left over +is no longer in dist/);
  });

  test('is whole again when dist has it again, with the account that was there', async () => {
    await commands.output('deploy');
    expect(appUserOperator.cvat.people.byUsername('john')).toMatchObject({ isActive: true });
  });

  test('keeps a CRD that has objects with every option of destroy', async () => {
    const { code, stdout } = await commands.run('destroy', 'app-user-crd', '--delete-data');
    expect(code).toBe(1);
    expect(stdout).toContain(
      'Not deleted:\n  CustomResourceDefinition appusers.kapernikov.com\n    AppUser cvat/john still exists, and would be deleted with it.',
    );
    expect(await valueAt('{.items[*].metadata.name}', 'appusers')).toBe('john');
  });
});
