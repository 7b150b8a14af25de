import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Manifest } from '../../manifests/manifest';
import { type Cluster, startCluster } from './harness/cluster';
import { type CommandResult, Commands } from './harness/command';
import { kubeconfig } from './harness/credentials';
import { LOCAL, objectsIn, written } from './harness/dist';
import type { Kubectl } from './harness/kubectl';
import { freePorts } from './harness/ports';
import { until } from './harness/until';

const STRANGER = { name: 'stranger' };
const EXPIRED = join(__dirname, 'fixtures', 'expired.pem');

const template = (annotations: Readonly<Record<string, string>> = {}): object => ({
  metadata: { labels: { app: 'it' }, annotations },
  spec: { restartPolicy: 'Never', containers: [{ name: 'it', image: 'it' }] },
});
const job: Manifest = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'failing', namespace: 'default' },
  spec: { backoffLimit: 0, template: template({ 'stand-in/exit-code': '1' }) },
};
const deployment: Manifest = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'slow', namespace: 'default' },
  spec: {
    selector: { matchLabels: { app: 'it' } },
    template: { metadata: { labels: { app: 'it' } }, spec: { containers: [{ name: 'it', image: 'it' }] } },
  },
};
/** Its release fails, is tried again, fails … */
const chart: Manifest = {
  apiVersion: 'helm.cattle.io/v1',
  kind: 'HelmChart',
  metadata: { name: 'cvat', namespace: 'kube-system' },
  spec: {
    chart: 'oci://registry-1.docker.io/cvat/cvat',
    version: '2.73.0',
    targetNamespace: 'default',
    failurePolicy: 'retry',
    valuesContent: JSON.stringify({
      fail: true,
      postgresql: { external: { host: 'here' }, secret: { name: 's' } },
      redis: { secret: { name: 's' }, auth: { existingSecretPasswordKey: 'k' } },
      cvat: { kvrocks: { secret: { name: 's' } } },
    }),
  },
};

describe('what goes wrong', () => {
  let cluster: Cluster;
  let kubectl: Kubectl;
  let commands: Commands;

  beforeAll(async () => {
    cluster = await startCluster({ users: [STRANGER] });
    ({ kubectl } = cluster);
    commands = new Commands(cluster.controlPlane);
  });

  afterAll(async () => {
    commands?.close();
    await cluster?.stop();
  });

  const trial = (stages: Readonly<Record<string, readonly Manifest[]>>): string => written('trial', cluster.controlPlane.directory, stages);

  /** Runs a command as the user of another kubeconfig. */
  async function runWith(kubeconfigFile: string, ...args: readonly string[]): Promise<CommandResult> {
    const others = new Commands(cluster.controlPlane, kubeconfigFile);
    try {
      return await others.run(...args);
    } finally {
      others.close();
    }
  }

  function kubeconfigFor(server: string, authority = cluster.controlPlane.authority): string {
    const file = join(cluster.controlPlane.directory, 'other.kubeconfig');
    writeFileSync(file, kubeconfig(server, authority, 'unknown', 'no-token'));
    return file;
  }

  const names = async (...what: readonly string[]): Promise<string[]> =>
    (await kubectl.output(['get', ...what, '--ignore-not-found', '-o', 'name'])).split('\n').filter((line) => line !== '');

  describe('before anything is written', () => {
    afterAll(async () => {
      expect(await names('namespaces', 'cvat', 'crunchy-pgo')).toEqual([]);
      expect(await names('configmaps', '-n', 'default', '-l', 'app.kubernetes.io/managed-by=third-party-platform')).toEqual([]);
    });

    test('reports all missing rights at once', async () => {
      const { code, stderr } = await runWith(cluster.controlPlane.kubeconfigOf(STRANGER.name), 'deploy');
      expect(code).toBe(1);
      // An AppUser and a PostgresCluster are nothing yet that there could be rights for.
      const known = objectsIn(LOCAL).filter(({ kind }) => !['AppUser', 'PostgresCluster'].includes(kind));
      const wanted = known.map(
        ({ kind, metadata }) => `${kind}${metadata.namespace === undefined ? '' : ` in namespace ${metadata.namespace}`}`,
      );
      const lacking = [...stderr.matchAll(/^ {2}RBAC denies (.*)\.$/gm)].map(([, what]) => what);
      const inventory = expect.stringMatching(/^get, list, create, patch.* ConfigMap in namespace default$/) as string;
      // And to look at the releases.
      const releases = ['list Secret in namespace crunchy-pgo', 'list Secret in namespace cvat'];
      const expected = [...new Set(wanted)].map(
        (what) => expect.stringMatching(new RegExp(`^get, list, create, patch, delete ${what}$`)) as string,
      );
      for (const each of [...expected, inventory]) expect(lacking).toContainEqual(each);
      for (const release of releases) expect(lacking.some((line) => new RegExp(`list.* ${release.slice(5)}$`).test(line ?? ''))).toBe(true);
      expect(stderr).toMatch(/^ {2}IngressClass traefik cannot be checked: RBAC denies get/m);
    });

    test('is what only the installer can make, and has not made, with the command that makes it', async () => {
      const { code, stderr } = await commands.run('deploy', 'dist/production');
      expect(code).toBe(1);
      expect(stderr).toMatch(/^Nothing was applied: 6 problems\n/);
      expect(stderr).toMatch(
        /Secret cvat\/my-postgres-backup is not found, and PostgresCluster cvat\/my-postgres needs it\n {4}kubectl create namespace cvat\n {4}kubectl -n cvat create secret generic my-postgres-backup/,
      );
      expect(stderr).toContain('CustomResourceDefinition httproutes.gateway.networking.k8s.io is not found');
      expect(stderr).toContain('Gateway gateways/public is not found');
      for (const missing of ['Namespace flux-system', 'CustomResourceDefinition helmreleases.helm.toolkit.fluxcd.io'])
        expect(stderr).toContain(`${missing} is not found`);
    });

    test.each(['deploy', 'diff', 'status', 'destroy'])(
      'is a server that does not answer: %s says so, and exits with 2',
      async (command) => {
        const [port = 0] = await freePorts(1);
        const { code, stderr } = await runWith(kubeconfigFor(`https://127.0.0.1:${port}`), command);
        expect(code).toBe(2);
        expect(stderr).toBe(
          `Cannot connect to the API server https://127.0.0.1:${port} of the context "test": connect ECONNREFUSED 127.0.0.1:${port}. ` +
            'Check that it runs, and that this is the right context: kubectl cluster-info.\n',
        );
      },
    );

    test('is a server whose certificate has expired', async () => {
      const pem = readFileSync(EXPIRED);
      const server = createServer({ cert: pem, key: pem }).listen(0, '127.0.0.1');
      try {
        await once(server, 'listening');
        const { code, stderr } = await runWith(
          kubeconfigFor(`https://127.0.0.1:${(server.address() as AddressInfo).port}`, EXPIRED),
          'deploy',
        );
        expect(code).toBe(2);
        expect(stderr).toMatch(/: its certificate has expired\. k3s renews it on a restart: sudo systemctl restart k3s\.\n$/);
      } finally {
        server.close();
      }
    });

    test('reports a user that the API server does not know', async () => {
      const { code, stderr } = await runWith(kubeconfigFor(cluster.server), 'deploy');
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /^The API server \S+ answers 401 Unauthorized: the certificate or token of the context "test" is invalid or has expired\.\nGet a new/,
      );
    });

    test('is a context that is not in the kubeconfig', async () => {
      const { code, stderr } = await commands.run('deploy', '--context', 'nowhere');
      expect({ code, stderr }).toEqual({ code: 2, stderr: '--context: must be a context of the kubeconfig: "test"; got "nowhere".\n' });
    });
  });

  test('is a Job that fails: deploy says so at once, and the stages after it are not applied', async () => {
    const folder = trial({ '10-job': [job], '20-next': [deployment] });
    const failed = {
      code: 1,
      stdout: expect.stringContaining(
        'Stage 10-job is not ready, and the stages after it were not applied:\n  Job default/failing\n    BackoffLimitExceeded: ',
      ) as string,
    };
    expect(await commands.run('deploy', folder, '--timeout', '1h')).toMatchObject(failed);
    // Kubernetes writes the Event when the Job has failed, for deploy perhaps too late.
    const about = ['--field-selector', 'involvedObject.name=failing,reason=BackoffLimitExceeded'];
    await until('the Event is written', async () => (await names('events', '-n', 'default', ...about)).length > 0);
    const again = await commands.run('deploy', folder, '--timeout', '1h');
    expect(again).toMatchObject(failed);
    expect(again.stdout).toMatch(/^warning +Job default\/failing: BackoffLimitExceeded: Job has reached the specified backoff limit$/m);
    expect(await names('deployment', 'slow')).toEqual([]);
  });

  test('is a pod that does not become ready: deploy says for what it waits, and gives up in time', async () => {
    cluster.pods.hold('slow');
    const folder = trial({ '20-next': [deployment] });
    const first = await commands.start('deploy', folder);
    // Before, its controller has not seen it, which may take longer than the timeout.
    await first.said(/^waiting +Deployment default\/slow: 0 of 1 replicas are ready$/m);
    await first.interrupt('SIGINT');
    const { code, stdout } = await commands.run('deploy', folder, '--timeout', '2s');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^waiting +Deployment default\/slow: 0 of 1 replicas are ready$/m);
    expect(stdout).toContain(
      'Stage 20-next is not ready after 2s, and the stages after it were not applied:\n  Deployment default/slow\n    0 of 1 replicas are ready',
    );
  });

  describe('is a release that fails and is tried again and again', () => {
    test('deploy says why while it waits', async () => {
      const deploy = await commands.start('deploy', trial({ '30-chart': [chart] }));
      await deploy.said(
        /^waiting +HelmChart kube-system\/cvat: the last attempt failed and will be retried: .*failed: BackoffLimitExceeded/m,
      );
      expect(await deploy.interrupt('SIGINT')).toMatchObject({ code: 130 });
    });

    test('destroy uninstalls it, and deletes everything that was deployed before', async () => {
      const stdout = await commands.output('destroy', trial({ '30-chart': [chart] }), '--delete-data');
      expect(stdout).toContain('\nDone.\n');
      expect(await names('secrets', '-A', '-l', 'owner=helm')).toEqual([]);
      expect(await names('deployments,services,pvc,configmaps', '-n', 'default')).toEqual([
        'service/kubernetes',
        'configmap/kube-root-ca.crt',
      ]);
    });
  });
});
