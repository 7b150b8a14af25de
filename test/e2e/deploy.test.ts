import { FIELD_MANAGER } from '../../cluster/api/cluster';
import { AppUserOperator } from './harness/app-user-operator';
import type { AuditedRequest } from './harness/audit';
import { type Cluster, startCluster } from './harness/cluster';
import { Commands, succeeded } from './harness/command';
import { FIXTURES } from '../fixtures/dist';
import { edited, type Edits, LOCAL, objectsIn } from './harness/dist';
import type { Kubectl } from './harness/kubectl';
import { until } from './harness/until';

/** Who runs the commands here: of whom each request is written down. */
const DEPLOYER = { name: 'deployer', groups: ['system:masters'] };
const OBJECTS = objectsIn(LOCAL);

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

/** So long, less the time that a request may take, deploy uses what it has read; what it does later, it does on what it reads again. */
const FRESH_MILLISECONDS = 5000;

/** Whether one of the requests came so shortly before this one. */
const isJustAfter = ({ requestReceivedTimestamp: time }: AuditedRequest, others: readonly AuditedRequest[]): boolean =>
  others.some(({ requestReceivedTimestamp: earlier }) => {
    const milliseconds = Date.parse(time) - Date.parse(earlier);
    return milliseconds >= 0 && milliseconds < FRESH_MILLISECONDS;
  });

const repeatedSoon = (requests: readonly AuditedRequest[]): AuditedRequest[] =>
  requests.filter((request, index) =>
    isJustAfter(
      request,
      requests.slice(0, index).filter(({ requestURI }) => requestURI === request.requestURI),
    ),
  );

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

  /** What deploy has written to every object of dist, and to the inventory, and when. Nothing that controllers write changes it. */
  async function written(): Promise<string[]> {
    interface Written {
      readonly kind: string;
      readonly metadata: {
        readonly name: string;
        readonly uid: string;
        readonly generation?: number;
        readonly managedFields: readonly { readonly manager: string }[];
      };
    }
    const output = ['-o', 'json', '--show-managed-fields'];
    const answers = [
      await kubectl.output(['get', 'configmaps', '-n', 'default', ...output]),
      await kubectl.output(['get', '-f', LOCAL.folder, ...output], { workingDirectory: FIXTURES }),
    ];
    const items = answers.flatMap((answer) => (JSON.parse(answer) as { items: Written[] }).items);
    return items.map(({ kind, metadata: { name, uid, generation, managedFields } }) =>
      JSON.stringify([kind, name, uid, generation, managedFields.filter(({ manager }) => manager === FIELD_MANAGER)]),
    );
  }

  /** By their times: the API server may write down a request of the command before only now. */
  async function requestsOf(work: () => Promise<void>): Promise<readonly AuditedRequest[]> {
    const since = Date.now();
    await work();
    return cluster.controlPlane.audit.requests().filter(({ requestReceivedTimestamp }) => Date.parse(requestReceivedTimestamp) >= since);
  }

  const valueAt = (path: string, ...what: readonly string[]): Promise<string> =>
    kubectl.output(['get', ...what, '-n', 'cvat', '-o', `jsonpath=${path}`]);

  test('comes up at once, stage by stage, and deploy says where it is and where its passwords are', async () => {
    // PGO also makes the Secret: here after deploy. And CVAT is complete when its Ingress has the address that deploy prints at its end.
    await cluster.postgresOperator.pause();
    cluster.pods.hold('cvat-administrators');
    const deploy = await commands.start('deploy');
    await deploy.said(/^created +Secret cvat\/my-postgres-pguser-cvat$/m);
    cluster.postgresOperator.resume();
    const addresses = '{.items[*].status.loadBalancer.ingress[*].ip}';
    await until('the Ingresses have addresses', async () => (await valueAt(addresses, 'ingress')) === '127.0.0.1 127.0.0.1');
    cluster.pods.release('cvat-administrators');
    const stdout = succeeded(await deploy.result());
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
    const before = await written();
    const requests = await requestsOf(async () => {
      expect(await commands.output('deploy')).not.toMatch(/^(created|configured|waiting|warning) /m);
    });
    expect(await written()).toEqual(before);
    const requestsBy = (verb: string): AuditedRequest[] => requests.filter((request) => request.verb === verb);
    const uris = (verb: string): string[] => requestsBy(verb).map(({ requestURI }) => requestURI);
    // Asking what one may do is a POST, and changes nothing.
    const writes = requests.filter(
      ({ verb, requestURI }) => !['get', 'list'].includes(verb) && !requestURI.endsWith('accessreviews') && verb !== 'delete',
    );
    // A dry-run delete verifies that data protection is in force: what is written above says that nothing was deleted.
    expect(uris('delete')).toHaveLength(3);
    expect(writes.filter(({ verb, requestURI }) => verb !== 'patch' || !requestURI.includes('fieldManager=third-party-platform'))).toEqual(
      [],
    );
    expect(uris('list')).not.toEqual([]);
    expect(repeated(uris('patch'))).toEqual([]);
    // PGO's CRDs have 200 kB.
    const ofCrds = ({ requestURI }: AuditedRequest): boolean => requestURI.includes('customresourcedefinitions');
    const lists = requestsBy('list');
    expect(lists.filter(ofCrds)).not.toEqual([]);
    expect(requestsBy('patch').filter((request) => ofCrds(request) && isJustAfter(request, lists.filter(ofCrds)))).toEqual([]);
    expect(repeatedSoon(lists)).toEqual([]);
    expect(repeatedSoon(requestsBy('get'))).toEqual([]);
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
