import { AppUserOperator } from './harness/app-user-operator';
import { type Cluster, startCluster } from './harness/cluster';
import { Commands } from './harness/command';
import { FIXTURES } from '../fixtures/dist';
import { edited, LOCAL, objectsIn } from './harness/dist';
import type { Kubectl } from './harness/kubectl';
import { until } from './harness/until';

const CLUSTER = ['postgrescluster', 'my-postgres', '-n', 'cvat'];
const BELONGS_TO_DATABASE = ['-n', 'cvat', '-l', 'postgres-operator.crunchydata.com/cluster=my-postgres'];

const KINDS = [
  ...['namespaces', 'customresourcedefinitions', 'configmaps', 'secrets', 'persistentvolumeclaims', 'persistentvolumes', 'serviceaccounts'],
  ...['services', 'ingresses', 'networkpolicies', 'deployments', 'statefulsets', 'jobs', 'pods', 'helmcharts'],
  ...['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'],
  ...['validatingadmissionpolicies', 'validatingadmissionpolicybindings'],
];

/** Objects of others. */
const foreign = {
  apiVersion: 'postgres-operator.crunchydata.com/v1beta1',
  kind: 'PostgresCluster',
  metadata: { name: 'theirs', namespace: 'kube-public' },
  spec: {
    postgresVersion: 15,
    instances: [
      {
        name: 'one',
        replicas: 1,
        dataVolumeClaimSpec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
    ],
  },
};

interface Managed {
  readonly metadata: { readonly managedFields: readonly { readonly manager: string }[] };
}

describe('an environment that kubectl has applied', () => {
  let cluster: Cluster;
  let kubectl: Kubectl;
  let commands: Commands;
  let appUserOperator: AppUserOperator;
  /** What was there at first. */
  let before: readonly string[];

  beforeAll(async () => {
    cluster = await startCluster({ traefik: true });
    ({ kubectl } = cluster);
    commands = new Commands(cluster.controlPlane);
    appUserOperator = await AppUserOperator.start(cluster.controlPlane);
    before = await everything();
  });

  afterAll(async () => {
    commands?.close();
    await appUserOperator?.stop();
    await cluster?.stop();
  });

  const names = async (...what: readonly string[]): Promise<string[]> =>
    (await kubectl.output(['get', ...what, '--ignore-not-found', '-o', 'name'])).split('\n').filter((line) => line !== '');

  /** What differs after an object was deleted, created again or updated. Its status, its controllers may write at any time. */
  const contents = (...what: readonly string[]): Promise<string> => {
    const metadata = ['name', 'uid', 'deletionTimestamp', 'finalizers', 'labels', 'annotations'].map((field) => `{.metadata.${field}}`);
    return kubectl.output(['get', ...what, '-o', `jsonpath={range .items[*]}${metadata.join(' ')} {.spec}{"\\n"}{end}`]);
  };

  /** What a deployment can leave anywhere, and its operators, controllers and releases. */
  const everything = (): Promise<string[]> => names(KINDS.join(), '--all-namespaces');

  /** What the control plane makes some time after it has started: the accounts of its controllers, which have roles of their names, and its ConfigMaps. */
  const isOfControlPlane = (name: string): boolean =>
    /^configmap\/(kube-|extension-apiserver-)/.test(name) ||
    before.includes(name.replace(/^serviceaccount\//, 'clusterrole.rbac.authorization.k8s.io/system:controller:'));

  /** The database, with all that it consists of. */
  const database = async (): Promise<string> =>
    (await contents('statefulset,pvc,service', ...BELONGS_TO_DATABASE)) + (await contents('postgresclusters', '-n', 'cvat'));

  const instances = (): Promise<string[]> => names('statefulset', '-n', 'cvat', '-l', 'postgres-operator.crunchydata.com/instance-set');

  test('becomes that of deploy: what dist has no longer goes away, and a second instance of the database comes', async () => {
    // With something more, and one instance less, than dist.
    const folder = edited(LOCAL, cluster.controlPlane.directory, {
      '30-postgres': (text) => text.replace('replicas: 2', 'replicas: 1'),
      '50-cvat': (text) =>
        text.replace(
          '  name: cvat-closed-registration\n',
          '  name: cvat-closed-registration\n  annotations:\n    example.org/earlier: "yes"\n',
        ),
      '40-app-user-operator': (text) =>
        text.replace(
          '            - name: DEPLOYMENT_NAME',
          '            - name: EARLIER\n              value: "yes"\n            - name: DEPLOYMENT_NAME',
        ),
    });
    await until('kubectl apply -f dist exits with 0', async () => (await kubectl.run(['apply', '-f', folder])).code === 0);
    await kubectl.output(['wait', ...CLUSTER, '--for=condition=PGBackRestReplicaCreate', '--timeout=180s']);
    // It was there before CVAT, and asks less and less often.
    await until('CVAT has its administrators', () => appUserOperator.cvat.people.byUsername('app-user-operator') !== undefined);
    await appUserOperator.restart();
    const one = await instances();
    expect(one).toHaveLength(1);

    const stdout = await commands.output('deploy');
    expect(stdout).not.toMatch(/^created /m);
    const { items } = JSON.parse(
      await kubectl.output(['get', '-f', LOCAL.folder, '--show-managed-fields', '-o', 'json'], { workingDirectory: FIXTURES }),
    ) as { items: Managed[] };
    const managers = new Set(items.flatMap(({ metadata }) => metadata.managedFields.map(({ manager }) => manager)));
    expect(managers).toContain('third-party-platform');
    expect(managers).not.toContain('kubectl-client-side-apply');
    expect(JSON.stringify(items)).not.toMatch(/earlier/i);
    const two = await instances();
    expect(two).toEqual(expect.arrayContaining(one));
    expect(two).toHaveLength(2);
    await commands.output('diff');
  });

  test('loses CVAT alone, and keeps its volume and all else', async () => {
    const intact = await database();
    const stdout = await commands.output('destroy', 'cvat');
    expect(stdout).toMatch(/Kept, because --delete-data was not given:\n {2}PersistentVolumeClaim cvat\/cvat-backend-data\n {4}holds data/);
    expect(await names('secrets', '-A', '-l', 'owner=helm,name=cvat')).toEqual([]);
    expect(await names('deployments', '-n', 'cvat')).toEqual(['deployment.apps/app-user-operator']);
    expect(await names('jobs,ingresses', '-n', 'cvat', '-l', 'platform.kapernikov.com/environment=local')).toEqual([]);
    expect(await names('appusers', '-n', 'cvat')).toEqual(['appuser.kapernikov.com/john']);
    expect(await database()).toBe(intact);
    expect(await commands.run('status')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/HelmChart kube-system\/cvat +missing/),
    });
    await commands.output('deploy');
  });

  test('keeps its Postgres operator as long as there is a database', async () => {
    const { code, stdout } = await commands.run('destroy', 'postgres-operator', '--delete-data');
    expect(code).toBe(1);
    expect(stdout).toContain(
      'Not deleted:\n  HelmChart kube-system/pgo\n    PostgresCluster cvat/my-postgres still exists, and only this can finalize it.',
    );
    expect(await names('helmchart', 'pgo', '-n', 'kube-system')).toHaveLength(1);
  });

  test('deletes all but its data and what operates it, and deactivates the accounts of its AppUsers', async () => {
    const intact = await database();
    const stdout = await commands.output('destroy');
    expect(stdout).toContain('Kept, because --delete-data was not given:');
    expect([...stdout.matchAll(/^ {2}([A-Z]\S+ \S+)$/gm)].map(([, kept]) => kept).sort()).toEqual(
      [
        'PersistentVolumeClaim cvat/cvat-backend-data',
        'PostgresCluster cvat/my-postgres',
        'Secret cvat/my-postgres-pguser-cvat',
        'Namespace cvat',
        'HelmChart kube-system/pgo',
        'Namespace crunchy-pgo',
        ...objectsIn(LOCAL).flatMap(({ kind, metadata: { name } }) =>
          /^(CustomResourceDefinition|ValidatingAdmissionPolicy(Binding)?)$/.test(kind) ? [`${kind} ${name}`] : [],
        ),
      ].sort(),
    );
    expect(await database()).toBe(intact);
    expect(appUserOperator.cvat.people.byUsername('john')).toMatchObject({ isActive: false });
    expect(await names('deployment', 'pgo', '-n', 'crunchy-pgo')).toHaveLength(1);
    expect(await names('deployments', '-n', 'cvat')).toEqual([]);
    expect(await commands.output('destroy')).toContain('There was nothing to delete.');
  });

  test('says how to go on when its Postgres operator has gone before the database, and does nothing until then', async () => {
    await kubectl.output(['annotate', 'helmchart', 'pgo', '-n', 'kube-system', 'platform.kapernikov.com/delete=with-its-data']);
    await kubectl.output(['delete', 'helmchart', 'pgo', '-n', 'kube-system']);
    const intact = await database();
    const { code, stdout } = await commands.run('destroy', '--delete-data');
    expect(code).toBe(1);
    expect(stdout).toContain(
      'PostgresCluster cvat/my-postgres\n    its finalizer postgres-operator.crunchydata.com/finalizer waits for HelmChart kube-system/pgo, which does not exist. ' +
        'Deploy it and destroy again: npm run deploy -- --stage postgres-operator',
    );
    expect(await database()).toBe(intact);
    await commands.output('deploy', '--stage', 'postgres-operator');
  });

  test('leaves the Postgres operator to the databases of others', async () => {
    expect(await kubectl.run(['delete', ...CLUSTER, '--dry-run=server'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('holds data'),
    });
    expect(await kubectl.apply(foreign)).toMatchObject({ code: 0 });
    await kubectl.output([
      'wait',
      'postgrescluster/theirs',
      '-n',
      'kube-public',
      '--for=jsonpath={.status.instances[0].readyReplicas}=1',
      '--timeout=180s',
    ]);
    const { code, stdout } = await commands.run('destroy', '--delete-data');
    expect(code).toBe(1);
    expect(stdout).toContain('PostgresCluster kube-public/theirs still exists, and only this can finalize it. Delete it first');
    expect(await names('postgresclusters', '-A')).toHaveLength(1);
    await kubectl.output(['delete', 'postgrescluster', 'theirs', '-n', 'kube-public']);
  });

  test('is deleted with --delete-data, except namespaces that deploy has not created', async () => {
    const stdout = await commands.output('destroy', '--delete-data');
    expect(stdout).toMatch(/\n\d+ objects deleted\.\n/);
    for (const name of ['cvat', 'crunchy-pgo']) {
      const remedy = `kubectl delete namespace ${name}`;
      expect(stdout).toContain(
        `Namespace ${name}\n    existed before, or it is not known who created it. To delete it with everything in it, run: ${remedy}`,
      );
      // Until the API server has noticed that data protection is deleted, it refuses.
      await until(remedy, async () => (await kubectl.run(remedy.split(' ').slice(1))).code === 0);
    }
    // The inventory is deleted when it is empty.
    await commands.output('destroy', '--delete-data');
    let left: string[] = [];
    // What belonged to what is gone is collected a moment later.
    await until(
      'nothing else is left',
      async () => (left = (await everything()).filter((name) => !before.includes(name) && !isOfControlPlane(name))).length === 0,
    ).catch(() => undefined);
    expect(left).toEqual([]);
  });
});
