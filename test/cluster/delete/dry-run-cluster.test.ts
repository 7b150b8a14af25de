import { runDestroy } from '../../../cluster/cli/commands/run-destroy';
import { destroy } from '../../../cluster/delete/destroy';
import type { DeletionResult } from '../../../cluster/delete/deletion';
import { dryRunSession } from '../../../cluster/delete/dry-run-cluster';
import { ran } from '../cli/commands/support';
import { Inventory } from '../../../cluster/inventory';
import { keyOf, type Manifest } from '../../../manifests/manifest';
import { MemoryCluster } from '../support/memory-cluster';
import { crd, distOf, manifest } from '../support/objects';
import { sessionOn, type TestSession } from '../support/session';

const WIDGETS = { kind: 'CustomResourceDefinition', name: 'widgets.example.org', keys: ['v1/Widget'] };
const CRD = crd('Widget', 'v1');
const CHART = manifest('helm.cattle.io/v1 HelmChart kube-system/widgets', {
  spec: { targetNamespace: 'operators' },
  contract: { operates: [WIDGETS] },
});
const RELEASE = manifest('v1 Secret operators/sh.helm.release.v1.widgets.v1', { metadata: { labels: { owner: 'helm', name: 'widgets' } } });
const INSTALL_JOB = manifest('batch/v1 Job kube-system/helm-install-widgets', { status: { active: 1 } });
const WIDGET = manifest('example.org/v1 Widget cvat/one', { metadata: { finalizers: ['example.org/widgets'] } });
const VOLUME = manifest('v1 PersistentVolumeClaim cvat/media');
const [NAMESPACE, OPERATORS] = [manifest('v1 Namespace cvat'), manifest('v1 Namespace operators')];
const DIST = distOf({ '10-definition': [CRD], '20-operator': [OPERATORS, CHART], '30-cvat': [NAMESPACE, WIDGET, VOLUME] });
const ALL = [CRD, OPERATORS, CHART, RELEASE, INSTALL_JOB, NAMESPACE, WIDGET, VOLUME];

let session: TestSession;
beforeEach(async () => {
  session = sessionOn(new MemoryCluster(...ALL));
  await created(session.cluster, NAMESPACE, OPERATORS);
});

/** Records namespaces as created by deploy. */
async function created(cluster: MemoryCluster, ...namespaces: readonly Manifest[]): Promise<void> {
  const inventory = await Inventory.read(cluster, 'local');
  await inventory.add(
    '05-created',
    namespaces.map((namespace) => ({ ...keyOf(namespace), note: 'created' as const })),
  );
  cluster.asked.length = 0;
}

const options = (deleteData: boolean): Parameters<typeof destroy>[2] => ({
  stages: [],
  deleteData,
  deleteNamespaceContents: false,
  timeoutMilliseconds: 60_000,
});

async function rehearsed(deleteData: boolean, dist = DIST): Promise<DeletionResult> {
  const before = [session.cluster.names, session.clock.now()];
  const taken = await destroy(dryRunSession(session), dist, options(deleteData));
  expect(session.cluster.writes).toEqual([]);
  expect([session.cluster.names, session.clock.now()]).toEqual(before);
  return taken;
}

test("counts deleted objects as gone, and a release's Secrets and install Job with it", async () => {
  expect(await rehearsed(true)).toEqual({ deleted: 6, kept: [], refused: [] });
  expect(session.reporter.lines).toEqual([
    'stage 30-cvat',
    'applied Widget cvat/one deleted dry run',
    'applied PersistentVolumeClaim cvat/media deleted dry run',
    'applied Namespace cvat deleted dry run',
    'stage 20-operator',
    'applied HelmChart kube-system/widgets deleted dry run',
    'applied Namespace operators deleted dry run',
    'stage 10-definition',
    'applied CustomResourceDefinition widgets.example.org deleted dry run',
  ]);
});

test('counts dependents of a deleted owner as gone', async () => {
  const [widget] = await session.cluster.list({ apiVersion: 'example.org/v1', kind: 'Widget' });
  const ownerReferences = [{ apiVersion: 'example.org/v1', kind: 'Widget', name: 'one', uid: widget?.metadata.uid }];
  session.cluster.put(manifest('example.org/v1 Widget cvat/part', { metadata: { ownerReferences } }));
  expect(await rehearsed(true)).toMatchObject({ deleted: 6, refused: [] });
});

test('reports kept and refused objects with their reasons', async () => {
  const { deleted, kept } = await rehearsed(false);
  expect(deleted).toBe(2);
  expect(kept.map(({ object }) => object)).toEqual([
    'PersistentVolumeClaim cvat/media',
    'Namespace cvat',
    'Namespace operators',
    'CustomResourceDefinition widgets.example.org',
  ]);
  session.cluster.put(manifest('example.org/v1 Widget elsewhere/two'));
  expect((await rehearsed(true)).refused).toMatchObject([{ object: 'HelmChart kube-system/widgets' }]);
});

test('reports the same as destroy', async () => {
  // Nothing in this cluster happens by itself.
  const dist = distOf({ '20-one': [NAMESPACE, VOLUME, manifest('v1 ConfigMap cvat/one')], '30-two': [manifest('v1 Secret cvat/two')] });
  session = sessionOn(new MemoryCluster(...dist.stages.flatMap(({ objects }) => objects)));
  await created(session.cluster, NAMESPACE);
  for (const deleteData of [false, true]) {
    const rehearsal = await rehearsed(deleteData, dist);
    session.cluster.asked.length = 0;
    expect(await destroy(session, dist, options(deleteData))).toEqual(rehearsal);
    session.cluster.asked.length = 0;
  }
});

test('does not create an inventory', async () => {
  session = sessionOn(new MemoryCluster(...ALL));
  const claim = manifest('v1 PersistentVolumeClaim operators/left', {
    metadata: { annotations: { 'meta.helm.sh/release-name': 'widgets' } },
  });
  session.cluster.put(claim);
  expect(await rehearsed(true)).toMatchObject({ deleted: 5, refused: [] });
});

test('destroy --dry-run does not ask for confirmation and says that nothing was changed', async () => {
  const { code, out } = await ran('destroy', runDestroy, session, DIST, '--dry-run', '--delete-data');
  expect(code).toBe(0);
  expect(out).toContain('6 objects would be deleted.\n\nDry run: nothing was changed.\n');
  expect(session.cluster.writes).toEqual([]);
  const json = await ran('destroy', runDestroy, session, DIST, '--dry-run', '--delete-data', '--output', 'json');
  expect(JSON.parse(json.out)).toEqual({ type: 'result', dryRun: true, deleted: 6, kept: [], refused: [] });
});

test('counts what is in a deleted namespace as gone', async () => {
  const set = manifest('apps/v1 StatefulSet cvat/store', { spec: { volumeClaimTemplates: [{ metadata: { name: 'data' } }] } });
  session.cluster.put(set);
  session.cluster.put(manifest('v1 PersistentVolumeClaim cvat/data-store-0', { metadata: { labels: {} } }));
  const dist = distOf({ '30-cvat': [NAMESPACE, VOLUME, set] });
  const kept = async (deleteNamespaceContents: boolean): Promise<string[]> => {
    const { kept: found } = await destroy(dryRunSession(session), dist, { ...options(true), deleteNamespaceContents });
    return found.map(({ object }) => object).filter((object) => object.includes('cvat'));
  };
  session.cluster.remove(WIDGET);
  expect(await kept(false)).toEqual(['Namespace cvat', 'PersistentVolumeClaim cvat/data-store-0']);
  expect(await kept(true)).toEqual([]);
});
