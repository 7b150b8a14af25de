import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONCURRENCY } from '../../cluster/api/cluster';
import type { Manifest } from '../../manifests/manifest';
import { authorityOf } from './harness/api';
import { type Cluster, startCluster } from './harness/cluster';
import { Commands, succeeded } from './harness/command';
import { written } from './harness/dist';
import type { Kubectl } from './harness/kubectl';
import { served } from './harness/served';
import { until } from './harness/until';
import { ApiProxy } from './operator/api-proxy';

const TUTORIAL = 'dist/tutorial';
const INTERRUPTED = '\nInterrupted. What was done is kept; run the same command again to continue.\n';

/** What the chapter has on its cluster before. */
const CHAPTER: readonly Manifest[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'chapter' } },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'nginx' },
    spec: { controller: 'k8s.io/ingress-nginx' },
  },
  {
    apiVersion: 'cert-manager.io/v1',
    kind: 'ClusterIssuer',
    metadata: { name: 'selfsigned-ca-issuer' },
    spec: { selfSigned: {} },
  },
];

/** cert-manager's, as far as it matters here. */
const CLUSTER_ISSUERS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'clusterissuers.cert-manager.io' },
  spec: {
    group: 'cert-manager.io',
    scope: 'Cluster',
    names: { kind: 'ClusterIssuer', plural: 'clusterissuers' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

const MANY: readonly Manifest[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'many' } },
  ...Array.from({ length: 2000 }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `one-of-many-${index}`, namespace: 'many' },
    data: { index: String(index) },
  })),
];

const NEVER = new Promise<void>(() => undefined);

describe('a deploy', () => {
  let cluster: Cluster;
  let kubectl: Kubectl;
  let commands: Commands;

  beforeAll(async () => {
    cluster = await startCluster();
    ({ kubectl } = cluster);
    commands = new Commands(cluster.controlPlane, inNamespace('chapter'));
  });

  afterAll(async () => {
    commands?.close();
    await cluster?.stop();
  });

  /** As `kubectl config set-context --current --namespace` does it: what names no namespace goes there. */
  function inNamespace(namespace: string): string {
    const file = join(cluster.controlPlane.directory, `${namespace}.kubeconfig`);
    const kubeconfig = JSON.parse(readFileSync(cluster.kubeconfig, 'utf8')) as { contexts: { context: object }[] };
    const contexts = kubeconfig.contexts.map(({ context, ...rest }) => ({ ...rest, context: { ...context, namespace } }));
    writeFileSync(file, JSON.stringify({ ...kubeconfig, contexts }), { mode: 0o600 });
    return file;
  }

  /** For the default namespace, and with another address of the API server. */
  function through({ url }: ApiProxy): string {
    const file = join(cluster.controlPlane.directory, 'proxy.kubeconfig');
    writeFileSync(file, readFileSync(cluster.kubeconfig, 'utf8').replace(cluster.server, url), { mode: 0o600 });
    return file;
  }

  const count = async (...what: readonly string[]): Promise<number> =>
    (await kubectl.output(['get', ...what, '-o', 'name'])).split('\n').filter((line) => line !== '').length;

  const versions = (): Promise<string> =>
    kubectl.output(['get', 'configmaps', '-n', 'many', '-o', 'jsonpath={.items[*].metadata.resourceVersion}']);

  test('does not begin as long as the cluster lacks what the chapter has on it', async () => {
    const { code, stderr } = await commands.run('deploy', TUTORIAL);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Nothing was applied: 2 problems\n\n {2}IngressClass nginx is not found/);
    expect(stderr).toContain('ClusterIssuer selfsigned-ca-issuer is not found');
    expect(await kubectl.apply(CLUSTER_ISSUERS)).toMatchObject({ code: 0 });
    await served(kubectl, CLUSTER_ISSUERS.metadata.name);
    expect(await kubectl.apply(CHAPTER)).toMatchObject({ code: 0 });
  });

  test('that Ctrl-C interrupts has said for what it waits, and says that it was interrupted', async () => {
    cluster.postgresOperator.options = { missingImage: true };
    const deploy = await commands.start('deploy', TUTORIAL);
    await deploy.said(/^warning +PostgresCluster chapter\/my-postgres: MissingRequiredImage: missing image/m);
    expect(await deploy.interrupt('SIGINT')).toMatchObject({ code: 130, stderr: INTERRUPTED });
    cluster.postgresOperator.options = {};
  });

  test('that is killed can be run again, and ends with everything ready although the API server restarts meanwhile', async () => {
    cluster.pods.hold('my-postgres');
    const killed = await commands.start('deploy', TUTORIAL);
    await killed.said(/^waiting +PostgresCluster chapter\/my-postgres: 0 of 1 instances are ready$/m);
    expect(await killed.interrupt('SIGKILL')).toMatchObject({ code: null });

    const deploy = await commands.start('deploy', TUTORIAL);
    await deploy.said(/^waiting +PostgresCluster chapter\/my-postgres: 0 of 1 instances are ready$/m);
    await cluster.restartApiServer();
    cluster.pods.release('my-postgres');
    expect(succeeded(await deploy.result())).toContain('\ntutorial is ready (');
    expect(await count('appusers,postgresclusters', '-n', 'chapter')).toBe(2);
    await commands.output('status', TUTORIAL);
    expect(await commands.output('deploy', TUTORIAL)).not.toMatch(/^(created|configured|waiting) /m);
  });

  describe('of 2,000 objects in a stage', () => {
    let dist: string;

    beforeAll(() => {
      dist = written('many', cluster.controlPlane.directory, { '10-many': MANY });
    });

    test('that is killed in the middle goes on where it was', async () => {
      const proxy = await ApiProxy.to(cluster.server, authorityOf(cluster.kubeconfig));
      const throughProxy = new Commands(cluster.controlPlane, through(proxy));
      try {
        // From then on it hears nothing of what it applies, so that it cannot end before it is killed.
        let applied = 0;
        const unanswered = (): number => Math.max(0, applied - 600);
        proxy.after = (verb, resource) => (verb === 'patch' && resource === 'configmaps' && ++applied > 600 ? NEVER : undefined);
        const killed = await throughProxy.start('deploy', dist);
        await killed.said(/(^created .*\n){500}/m);
        await until('the API server has done all that it was asked for', () => unanswered() === CONCURRENCY);
        expect(await killed.interrupt('SIGKILL')).toMatchObject({ code: null });
      } finally {
        throughProxy.close();
        await proxy.stop();
      }
      const stdout = await commands.output('deploy', dist);
      const [, unchanged] = /^(\d+) unchanged$/m.exec(stdout) ?? [];
      const created = stdout.match(/^created /gm)?.length ?? 0;
      expect(created).toBeGreaterThan(0);
      expect(created + Number(unchanged)).toBe(MANY.length);
      expect(await count('configmaps', '-n', 'many', '-l', 'platform.kapernikov.com/environment=many')).toBe(2000);
    });

    test('has nothing left to do the second time', async () => {
      const before = await versions();
      expect(await commands.output('deploy', dist)).toContain(
        `10-many\n${MANY.length} unchanged\n\nmany is ready (${MANY.length} objects).\n`,
      );
      expect(await versions()).toBe(before);
    });

    test('is undone by destroy', async () => {
      const stdout = await commands.output('destroy', dist, '--delete-data');
      expect(stdout).toContain(`\n${MANY.length} objects deleted.\n\nDone.\n`);
      expect(await count('configmaps', '-n', 'many')).toBe(0);
      expect(await count('configmaps', '-n', 'default', '--field-selector=metadata.name=third-party-platform-many')).toBe(0);
    });
  });
});
