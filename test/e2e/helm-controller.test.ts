import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../../manifests/manifest';
import { type Cluster, startCluster } from './harness/cluster';
import { ENVIRONMENTS, LOCAL, ROOT, stagesIn } from './harness/dist';
import type { Kubectl } from './harness/kubectl';
import { served } from './harness/served';
import { until } from './harness/until';

const stageOf = (name: string): readonly Manifest[] =>
  stagesIn(LOCAL).find(({ file }) => file.endsWith(`-${name}.k8s.yaml`))?.objects ?? [];
const TUTORIAL = ENVIRONMENTS.filter(({ name }) => name === 'tutorial').flatMap(stagesIn);

const helmChart = (name: string, spec: object): Manifest => ({
  apiVersion: 'helm.cattle.io/v1',
  kind: 'HelmChart',
  metadata: { name, namespace: 'kube-system' },
  spec,
});

/** For a kubectl that waits. */
const WITHIN = '--timeout=120s';

interface Conditions {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

interface Secret {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly data: Readonly<Record<string, string>>;
}

describe('a cluster like k3s', () => {
  let cluster: Cluster;
  let kubectl: Kubectl;

  beforeAll(async () => {
    cluster = await startCluster({ traefik: true });
    ({ kubectl } = cluster);
  });

  afterAll(async () => {
    await cluster?.stop();
  });

  async function apply(objects: readonly Manifest[] = []): Promise<void> {
    expect(await kubectl.apply(objects, '--server-side')).toMatchObject({ code: 0 });
  }

  async function gone(...what: readonly string[]): Promise<boolean> {
    return (await kubectl.output(['get', ...what, '--ignore-not-found'])) === '';
  }

  async function conditionsOf(...what: readonly string[]): Promise<Record<string, string>> {
    const { status } = await kubectl.get<Conditions>(...what);
    return Object.fromEntries((status?.conditions ?? []).map((condition) => [condition.type, condition.status]));
  }

  /** `1 failed, 2 deployed`: the revisions of a release and how they are. */
  async function revisions(release: string, namespace: string): Promise<string> {
    const { items } = await kubectl.get<{ items: Secret[] }>('secrets', '-n', namespace, '-l', `owner=helm,name=${release}`);
    return items.map(({ metadata: { labels } }) => `${labels['version']} ${labels['status']}`).join(', ');
  }

  async function jobHash(name: string): Promise<string> {
    const env = '{.spec.template.spec.containers[0].env[?(@.name=="CONFIG_HASH")].value}';
    return kubectl.output(['get', 'job', name, '-n', 'kube-system', '-o', `jsonpath=${env}`]);
  }

  function inline(): Manifest {
    const folder = join(ROOT, 'test', 'e2e', 'fixtures', 'charts', 'capabilities');
    const { directory } = cluster.controlPlane;
    execFileSync(cluster.controlPlane.program('helm'), ['package', folder, '--destination', directory]);
    const chartContent = readFileSync(join(directory, 'capabilities-0.0.0.tgz'), 'base64');
    return helmChart('inline', { chartContent, targetNamespace: 'default' });
  }

  async function scale(replicas: number): Promise<void> {
    const patch = JSON.stringify([{ op: 'replace', path: '/spec/instances/0/replicas', value: replicas }]);
    await kubectl.output(['patch', 'postgrescluster', 'my-postgres', '-n', 'cvat', '--type=json', '-p', patch]);
    const ready = `--for=jsonpath={.status.instances[0].readyReplicas}=${replicas}`;
    await kubectl.output(['wait', 'postgrescluster/my-postgres', '-n', 'cvat', ready, WITHIN]);
  }

  test('installs the release of a HelmChart, with its CRDs, and its Deployment becomes available', async () => {
    await apply([...stageOf('postgres-operator'), inline()]);
    await until('the release is there', async () => (await revisions('pgo', 'crunchy-pgo')) === '1 deployed');
    await kubectl.output(['wait', 'deployment/pgo', '-n', 'crunchy-pgo', '--for=condition=Available', WITHIN]);
    await served(kubectl, 'postgresclusters.postgres-operator.crunchydata.com');
    await kubectl.output(['wait', 'job/helm-install-pgo', '-n', 'kube-system', '--for=condition=Complete', WITHIN]);
    const release = await kubectl.get<Secret>('secret', 'sh.helm.release.v1.pgo.v1', '-n', 'crunchy-pgo');
    expect(release.metadata.labels['helmcharts.helm.cattle.io/configHash']).toBe(await jobHash('helm-install-pgo'));
  });

  test('installs a chart that a HelmChart holds itself', async () => {
    await kubectl.output(['wait', 'configmap/inline', '-n', 'default', '--for=create', WITHIN]);
    await until('it is deployed', async () => (await revisions('inline', 'default')) === '1 deployed');
  });

  test('upgrades it when its values change', async () => {
    const patch = JSON.stringify({ spec: { valuesContent: 'debug: false\n' } });
    await kubectl.output(['patch', 'helmchart', 'pgo', '-n', 'kube-system', '--type=merge', '-p', patch]);
    await until('there is a second revision', async () => (await revisions('pgo', 'crunchy-pgo')) === '1 superseded, 2 deployed');
    const value = '{.spec.template.spec.containers[0].env[0].value}';
    expect(await kubectl.output(['get', 'deployment', 'pgo', '-n', 'crunchy-pgo', '-o', `jsonpath=${value}`])).toBe('false');
    await kubectl.output(['rollout', 'status', 'deployment/pgo', '-n', 'crunchy-pgo', WITHIN]);
  });

  test('makes a PostgresCluster ready, and keeps our keys of its user', async () => {
    cluster.pods.hold('my-postgres-repo-host');
    await apply(stageOf('postgres'));
    const wait = ['wait', 'postgrescluster/my-postgres', '-n', 'cvat', WITHIN];
    await kubectl.output([...wait, '--for=jsonpath={.status.instances[?(@.name=="instance1")].readyReplicas}=2']);
    const names = ['PGBackRestRepoHostReady', 'PGBackRestReplicaRepoReady', 'PGBackRestReplicaCreate'];
    expect(await conditionsOf('postgrescluster', 'my-postgres', '-n', 'cvat')).toEqual(
      Object.fromEntries(names.map((name) => [name, 'False'])),
    );
    cluster.pods.release('my-postgres-repo-host');
    await kubectl.output([...wait, '--for=condition=PGBackRestReplicaCreate']);
    expect(await conditionsOf('postgrescluster', 'my-postgres', '-n', 'cvat')).toEqual(
      Object.fromEntries(names.map((name) => [name, 'True'])),
    );
    const { data } = await kubectl.get<Secret>('secret', 'my-postgres-pguser-cvat', '-n', 'cvat');
    const keys = ['database', 'dbname', 'host', 'jdbc-uri', 'password', 'port', 'uri', 'user', 'username', 'verifier'];
    expect(Object.keys(data).sort()).toEqual(keys);
    expect(await kubectl.output(['get', 'pvc', '-n', 'cvat', '-o', 'jsonpath={.items[*].status.phase}'])).toBe('Bound Bound Bound');
  });

  test('adds one instance to it in place', async () => {
    const list = async (): Promise<string[]> => {
      const selector = 'postgres-operator.crunchydata.com/instance-set=instance1';
      return (await kubectl.output(['get', 'statefulset', '-n', 'cvat', '-l', selector, '-o', 'name'])).trim().split('\n');
    };
    const before = await list();
    await scale(3);
    const after = await list();
    expect(after).toEqual(expect.arrayContaining(before));
    expect(after).toHaveLength(3);
  });

  test('tries a release that fails again, until it is put right', async () => {
    const secrets = {
      redis: { secret: { name: 's' }, auth: { existingSecretPasswordKey: 'k' } },
      cvat: { kvrocks: { secret: { name: 's' } } },
    };
    const chart = (fail: boolean): Manifest =>
      helmChart('cvat', {
        chart: 'oci://registry-1.docker.io/cvat/cvat',
        version: '2.73.0',
        targetNamespace: 'cvat',
        failurePolicy: 'retry',
        valuesContent: JSON.stringify({ fail, postgresql: { external: { host: 'here' }, secret: { name: 's' } }, ...secrets }),
      });
    await apply([chart(true)]);
    await until('it has failed', async () => / failed\b/.test(await revisions('cvat', 'cvat')));
    await apply([chart(false)]);
    await until('it is deployed', async () => / deployed\b/.test(await revisions('cvat', 'cvat')));
    // Its pods wait for Secrets that do not exist.
    const reasons = '{.items[*].status.containerStatuses[0].state.waiting.message}';
    await until('the server says what it waits for', async () =>
      (await kubectl.output(['get', 'pods', '-n', 'cvat', '-l', 'component=server', '-o', `jsonpath=${reasons}`])).includes(
        'secret "s" not found',
      ),
    );
  });

  test('bears a restart of its API server, and takes one instance away in place', async () => {
    await cluster.restartApiServer();
    const leader = ['pod', '-n', 'cvat', '-l', 'postgres-operator.crunchydata.com/role=master', '-o', 'name'];
    const before = await kubectl.output(['get', ...leader]);
    await scale(2);
    expect(await kubectl.output(['get', ...leader])).toBe(before);
  });

  test('takes a release away with its HelmChart, but not what it is to keep', async () => {
    await kubectl.output(['delete', 'helmchart', 'cvat', '-n', 'kube-system', WITHIN]);
    expect(await revisions('cvat', 'cvat')).toBe('');
    expect(await gone('deployment', '-n', 'cvat')).toBe(true);
    expect(await kubectl.output(['get', 'pvc', 'cvat-backend-data', '-n', 'cvat', '-o', 'name'])).toContain('cvat-backend-data');
  });

  test("says what keeps its Postgres operator from working, and makes the chapter's cluster when that is over", async () => {
    cluster.postgresOperator.options = { missingImage: true };
    await apply(TUTORIAL.flatMap(({ objects }) => objects).filter(({ kind }) => kind === 'PostgresCluster'));
    const reasons = [
      'get',
      'events',
      '-n',
      'default',
      '--field-selector=involvedObject.name=my-postgres',
      '-o',
      'jsonpath={.items[*].reason}',
    ];
    await until('it says so', async () => (await kubectl.output(reasons)) === 'MissingRequiredImage');
    expect(await kubectl.get('postgrescluster', 'my-postgres')).not.toHaveProperty('status');
    cluster.postgresOperator.options = {};
    await kubectl.output(['wait', 'postgrescluster/my-postgres', '--for=condition=PGBackRestReplicaCreate', WITHIN]);
    const { data } = await kubectl.get<Secret>('secret', 'my-postgres-pguser-my-postgres');
    expect(Buffer.from(data['dbname'] ?? '', 'base64').toString()).toBe('my-postgres');
    await kubectl.output(['delete', 'postgrescluster', 'my-postgres', WITHIN]);
  });

  test('takes a PostgresCluster away while its operator works, and not before', async () => {
    await cluster.postgresOperator.pause();
    await kubectl.output(['delete', 'postgrescluster', 'my-postgres', '-n', 'cvat', '--wait=false']);
    expect(await kubectl.get('postgrescluster', 'my-postgres', '-n', 'cvat')).toMatchObject({
      metadata: { deletionTimestamp: expect.any(String), finalizers: ['postgres-operator.crunchydata.com/finalizer'] },
    });
    cluster.postgresOperator.resume();
    await kubectl.output(['wait', 'postgrescluster/my-postgres', '-n', 'cvat', '--for=delete', WITHIN]);
    const belongs = 'postgres-operator.crunchydata.com/cluster=my-postgres';
    await until('nothing of it is left', () => gone('statefulset,pod,pvc,secret,service', '-n', 'cvat', '-l', belongs));
  });

  test('finishes when its Helm controller comes back', async () => {
    await cluster.helmController.stop();
    await kubectl.output(['delete', 'helmchart', 'pgo', '-n', 'kube-system', '--wait=false']);
    expect(await kubectl.get('helmchart', 'pgo', '-n', 'kube-system')).toMatchObject({
      metadata: { deletionTimestamp: expect.any(String), finalizers: ['wrangler.cattle.io/on-helm-chart-remove'] },
    });
    await cluster.helmController.start();
    await kubectl.output(['wait', 'helmchart/pgo', '-n', 'kube-system', '--for=delete', WITHIN]);
    expect(await revisions('pgo', 'crunchy-pgo')).toBe('');
  });

  test('has the StorageClass and the ingress of stock k3s', async () => {
    const ip = '{.status.loadBalancer.ingress[0].ip}';
    expect(await kubectl.output(['get', 'service', 'traefik', '-n', 'kube-system', '-o', `jsonpath=${ip}`])).toBe('127.0.0.1');
    expect(await kubectl.output(['get', 'ingressclass,storageclass', '-o', 'name'])).toBe(
      'ingressclass.networking.k8s.io/traefik\nstorageclass.storage.k8s.io/local-path\n',
    );
  });
});
