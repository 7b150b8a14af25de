import { type Manifest, formatKey, keyOf } from '../../../manifests/manifest';
import { orphanOf, releasedObjects, stopInstallJob, volumesOf } from '../../../cluster/helm/release-objects';
import { releaseSecret } from '../readiness/releases';
import { MemoryCluster } from '../support/memory-cluster';
import { manifest } from '../support/objects';
import { sessionOn, type TestSession } from '../support/session';

const CHART = manifest('helm.cattle.io/v1 HelmChart kube-system/cvat', { spec: { targetNamespace: 'cvat' } });

describe('an Application of Argo CD', () => {
  const application = (finalizers: readonly string[]): Manifest => {
    const resources = [
      { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'cvat', name: 'backend' },
      { version: 'v1', kind: 'Service', namespace: 'cvat', name: 'backend' },
      { group: '', version: 'v1', kind: 'Namespace', name: 'cvat' },
      { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition', name: 'widgets.example.org' },
      { kind: 'Broken' },
    ];
    const spec = { source: { chart: 'cvat', repoURL: 'https://example.org' } };
    return manifest('argoproj.io/v1alpha1 Application argocd/cvat', { metadata: { finalizers }, spec, status: { resources } });
  };

  test('deletes what its status lists, except CRDs', async () => {
    const released = await releasedObjects(new MemoryCluster(), application(['resources-finalizer.argocd.argoproj.io/background']));
    expect(released.map((object) => `${object.apiVersion} ${formatKey(keyOf(object))}`)).toEqual([
      'apps/v1 Deployment cvat/backend',
      'v1 Service cvat/backend',
      'v1 Namespace cvat',
    ]);
  });

  test('deletes nothing without its finalizer', async () => {
    expect(await releasedObjects(new MemoryCluster(), application(['example.org/other']))).toEqual([]);
  });

  test('leaves no Secrets of Helm', async () => {
    const cluster = new MemoryCluster(releaseSecret());
    expect(await orphanOf(cluster, application([]))).toBeUndefined();
  });
});

describe('a release', () => {
  async function released(manifest: string): Promise<string[]> {
    const objects = await releasedObjects(new MemoryCluster(releaseSecret({ manifest })), CHART);
    return objects.map(({ kind, metadata: { name } }) => `${kind} ${name}`);
  }
  const claim = (name: string, policy: string): string =>
    `apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: ${name}, annotations: { helm.sh/resource-policy: ${policy} } }\n`;
  const listed = (name: string, policy?: string): string =>
    `{ kind: PersistentVolumeClaim, apiVersion: v1, metadata: { name: ${name}, annotations: { ${policy === undefined ? '' : `helm.sh/resource-policy: ${policy}`} } } }`;

  test('takes with it what is in its lists, also in lists in lists and lists of one kind', async () => {
    const manifest =
      'apiVersion: v1\nkind: ConfigMapList\nitems: [{ metadata: { name: a } }]\n---\n' +
      `apiVersion: v1\nkind: List\nitems: [{ apiVersion: v1, kind: List, items: [${listed('b')}] }]`;
    expect(await released(manifest)).toEqual(['ConfigMap a', 'PersistentVolumeClaim b']);
  });

  test('leaves what the chart tells Helm to keep, which Helm reads at the document, not at the items of a list', async () => {
    const list = (policy: string, item: string): string =>
      `apiVersion: v1\nkind: List\nmetadata: { annotations: { ${policy} } }\nitems: [${item}]`;
    const documents = [
      claim('a', 'keep'),
      claim('b', '" Keep "'),
      claim('c', 'other'),
      list('helm.sh/resource-policy: keep', listed('d')),
      list('a: b', listed('e', 'keep')),
    ];
    expect(await released(documents.join('\n---\n'))).toEqual(['PersistentVolumeClaim c', 'PersistentVolumeClaim e']);
  });
});

describe('the Job that installs a HelmChart', () => {
  const job = (status: object): Manifest =>
    manifest('batch/v1 Job kube-system/helm-install-cvat', { spec: { backoffLimit: 1000 }, status });

  async function stop(session: TestSession, object = CHART): Promise<string[]> {
    await stopInstallJob(session, session.cluster.put(object));
    return session.cluster.writes;
  }

  test('is suspended before its HelmChart is deleted, and its pods are waited for', async () => {
    const session = sessionOn(new MemoryCluster(job({ active: 1 })));
    session.clock.after(5000, () => void session.cluster.put(job({ terminating: 1 })));
    session.clock.after(15_000, () => void session.cluster.put(job({})));
    const before = session.clock.now();
    expect(await stop(session)).toEqual(['patch Job kube-system/helm-install-cvat {"spec":{"suspend":true}}']);
    expect(session.clock.now() - before).toBeGreaterThanOrEqual(15_000);
    expect(session.clock.now() - before).toBeLessThan(20_000);
  });

  test('is waited for at most as long as a pod may take to end', async () => {
    const session = sessionOn(new MemoryCluster(job({ active: 1 })));
    const before = session.clock.now();
    await stop(session);
    expect(session.clock.now() - before).toBe(60_000);
  });

  test.each(['Complete', 'Failed'])('is left alone when it is %s', async (type) => {
    expect(await stop(sessionOn(new MemoryCluster(job({ conditions: [{ type, status: 'True' }] }))))).toEqual([]);
  });

  test('is suspended when it has not failed for good', async () => {
    const conditions = [
      { type: 'Failed', status: 'False' },
      { type: 'Suspended', status: 'True' },
    ];
    expect(await stop(sessionOn(new MemoryCluster(job({ conditions }))))).toHaveLength(1);
  });

  test('is not stopped when it is not found, or when the object is not a HelmChart', async () => {
    expect(await stop(sessionOn())).toEqual([]);
    const other = manifest('example.org/v1 Widget kube-system/cvat');
    expect(await stop(sessionOn(new MemoryCluster(job({ active: 1 }))), other)).toEqual([]);
  });
});

describe('a release whose object is deleted', () => {
  test('is an orphan while Helm has a Secret of it, with the command that uninstalls it', async () => {
    const secrets = [releaseSecret({ revision: 2, status: 'uninstalling' }), releaseSecret({ revision: 1, status: 'superseded' })];
    expect(await orphanOf(new MemoryCluster(...secrets), CHART)).toBe(
      'is deleted, but its release cvat is still installed in namespace cvat (revision 2, uninstalling). ' +
        'Uninstall it: helm uninstall --namespace cvat cvat',
    );
  });

  test.each([
    ['is in another namespace', 'helm.cattle.io/v1 HelmChart kube-system/cvat', 'else'],
    ['has another name', 'helm.cattle.io/v1 HelmChart kube-system/pgo', 'cvat'],
    ['never was one', 'apps/v1 Deployment cvat/cvat', 'cvat'],
  ])('is none when it %s', async (_, what, targetNamespace) => {
    expect(await orphanOf(new MemoryCluster(releaseSecret()), manifest(what, { spec: { targetNamespace } }))).toBeUndefined();
  });
});

test('the claims that are kept after an uninstall are those that Helm or a StatefulSet of the release created', async () => {
  const claim = (name: string, metadata: object): Manifest => manifest(`v1 PersistentVolumeClaim ${name}`, { metadata });
  const cluster = new MemoryCluster(
    claim('cvat/kept', { annotations: { 'meta.helm.sh/release-name': 'cvat' } }),
    claim('cvat/data-redis-0', { labels: { 'app.kubernetes.io/instance': 'cvat' } }),
    claim('cvat/mine', {}),
    claim('cvat/other', { labels: { 'app.kubernetes.io/instance': 'other' } }),
    claim('else/data-redis-0', { labels: { 'app.kubernetes.io/instance': 'cvat' } }),
  );
  expect((await volumesOf(cluster, CHART)).map((volume) => keyOf(volume).name)).toEqual(['kept', 'data-redis-0']);
  expect(await volumesOf(cluster, manifest('apps/v1 Deployment cvat/cvat'))).toEqual([]);
});
