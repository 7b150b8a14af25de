import { type Manifest, keyOf } from '../../../manifests/manifest';
import { orphanOf, releaseNameOf, stopInstallJob, volumesOf } from '../../../cluster/helm/release-objects';
import { releaseSecret } from '../readiness/releases';
import { MemoryCluster } from '../support/memory-cluster';
import { manifest } from '../support/objects';
import { sessionOn, type TestSession } from '../support/session';

const CHART = manifest('helm.cattle.io/v1 HelmChart kube-system/cvat', { spec: { targetNamespace: 'cvat' } });

test.each([
  ['helm.cattle.io/v1 HelmChart kube-system/one', { targetNamespace: 'cvat' }, { name: 'one', namespace: 'cvat', storage: 'cvat' }],
  ['helm.cattle.io/v1 HelmChart kube-system/one', {}, { name: 'one', namespace: 'kube-system', storage: 'kube-system' }],
  ['helm.toolkit.fluxcd.io/v2 HelmRelease flux/one', {}, { name: 'one', namespace: 'flux', storage: 'flux' }],
  ['helm.toolkit.fluxcd.io/v2 HelmRelease flux/one', { targetNamespace: 'cvat' }, { name: 'cvat-one', namespace: 'cvat', storage: 'flux' }],
  [
    'helm.toolkit.fluxcd.io/v2beta1 HelmRelease flux/one',
    { targetNamespace: 'cvat', releaseName: 'mine', storageNamespace: 'kept' },
    { name: 'mine', namespace: 'cvat', storage: 'kept' },
  ],
  ['example.org/v1 HelmChart kube-system/one', {}, undefined],
  ['apps/v1 Deployment cvat/one', {}, undefined],
])('%s with %j asks for the release %j', (what, spec, release) => {
  expect(releaseNameOf(manifest(what, { spec }))).toEqual(release);
});

describe('the Job that installs a HelmChart', () => {
  const job = (status: object): Manifest =>
    manifest('batch/v1 Job kube-system/helm-install-cvat', { spec: { backoffLimit: 1000 }, status });

  async function stop(session: TestSession, object = CHART): Promise<string[]> {
    await stopInstallJob(session, session.cluster.put(object));
    return session.cluster.writes;
  }

  test('is suspended before its HelmChart goes, and its pods are waited for', async () => {
    const session = sessionOn(new MemoryCluster(job({ active: 1 })));
    session.clock.after(5000, () => void session.cluster.put(job({ terminating: 1 })));
    session.clock.after(15_000, () => void session.cluster.put(job({})));
    const before = session.clock.now();
    expect(await stop(session)).toEqual(['patch Job kube-system/helm-install-cvat {"spec":{"suspend":true}}']);
    expect(session.clock.now() - before).toBeGreaterThanOrEqual(15_000);
    expect(session.clock.now() - before).toBeLessThan(20_000);
  });

  test('is not waited for longer than a pod may take to end', async () => {
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

  test('need not be there, and is that of a HelmChart only', async () => {
    expect(await stop(sessionOn())).toEqual([]);
    const other = manifest('example.org/v1 Widget kube-system/cvat');
    expect(await stop(sessionOn(new MemoryCluster(job({ active: 1 }))), other)).toEqual([]);
  });
});

describe('a release whose object has gone', () => {
  test('is an orphan as long as Helm knows of it, and how to take it away is said', async () => {
    const secrets = [releaseSecret({ revision: 2, status: 'uninstalling' }), releaseSecret({ revision: 1, status: 'superseded' })];
    expect(await orphanOf(new MemoryCluster(...secrets), CHART)).toBe(
      'has gone, but its release cvat is still in namespace cvat (revision 2, uninstalling), ' +
        'and nothing looks after it any more. Take it away with: helm uninstall --namespace cvat cvat',
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

test('the volumes that a release leaves behind are those that Helm or its StatefulSets have made', async () => {
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
