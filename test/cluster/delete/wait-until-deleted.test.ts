import { type Manifest, keyOf } from '../../../manifests/manifest';
import type { LiveObject } from '../../../cluster/objects/live-object';
import { DeletionContext } from '../../../cluster/delete/deletion-context';
import { waitUntilDeleted } from '../../../cluster/delete/wait-until-deleted';
import { releaseSecret } from '../readiness/releases';
import { manifest } from '../support/objects';
import { sessionOn, type TestSession } from '../support/session';

const ONE = manifest('v1 ConfigMap cvat/one');
const HELD = manifest('example.org/v1 Widget cvat/held', { metadata: { finalizers: ['example.org/widgets'] } });
const OPERATOR = manifest('apps/v1 Deployment operators/widgets', {
  contract: { operates: [{ kind: 'CustomResourceDefinition', name: 'widgets.example.org', keys: ['v1/Widget'] }] },
});

let session: TestSession;
beforeEach(() => (session = sessionOn()));

const put = (...objects: readonly Manifest[]): LiveObject[] => objects.map((object) => session.cluster.put(object));

/** Reasons of the objects that were not deleted, by id. */
async function left(objects: readonly LiveObject[], operator: Manifest = OPERATOR): Promise<Record<string, string>> {
  const target = { stage: '20-widgets', key: keyOf(operator), inDist: true, manifest: operator };
  const context = new DeletionContext(session, {
    targets: [target],
    deleteData: true,
    deleteNamespaceContents: false,
    inventory: { noteOf: ({ kind }) => (kind === 'Namespace' ? 'created' : undefined) },
    dist: { environment: 'local', folder: 'dist' },
  });
  const wait = { stage: '30-one', context, deadline: session.clock.now() + 120_000 };
  return Object.fromEntries(await waitUntilDeleted(session, objects, wait));
}

test('does not wait for an object that is not found', async () => {
  const objects = put(ONE);
  session.cluster.remove(ONE);
  expect([await left(objects), session.reporter.awaited]).toEqual([{}, []]);
});

test('waits until objects are deleted and reports why', async () => {
  const objects = put(ONE, HELD, OPERATOR);
  session.clock.after(5000, () => session.cluster.remove(ONE));
  session.clock.after(10_000, () => session.cluster.remove(HELD));
  session.clock.after(20_000, () => session.cluster.remove(OPERATOR));
  expect(await left(objects)).toEqual({});
  expect(session.reporter.awaited).toEqual([
    'ConfigMap cvat/one: is being deleted',
    'Widget cvat/held: waits for its finalizer example.org/widgets',
    'Deployment operators/widgets: is being deleted',
  ]);
  expect(session.reporter.now).toEqual([]);
});

test('counts an object as deleted when another has its name', async () => {
  const objects = put(ONE);
  session.clock.after(1000, () => {
    session.cluster.remove(ONE);
    session.cluster.put(ONE);
  });
  expect(await left(objects)).toEqual({});
});

test('returns the objects that exist at the deadline, with what they wait for', async () => {
  const remaining = {
    type: 'NamespaceContentRemaining',
    status: 'True',
    message: 'Some resources are remaining: pods. has 1 resource instances',
  };
  const namespace = manifest('v1 Namespace cvat', { status: { conditions: [remaining] } });
  expect(await left(put(namespace, HELD, OPERATOR))).toEqual({
    'Namespace /cvat': `still exists after 2m00s: ${remaining.message}`,
    'Widget.example.org cvat/held': 'still exists after 2m00s: waits for its finalizer example.org/widgets',
    'Deployment.apps operators/widgets': 'still exists after 2m00s: is being deleted',
  });
});

test('ends at once for a finalizer whose operator does not exist', async () => {
  const before = session.clock.now();
  expect(await left(put(HELD, ONE))).toEqual({
    'Widget.example.org cvat/held': expect.stringMatching(
      /^its finalizer example.org\/widgets waits for Deployment operators\/widgets, which does not exist/,
    ) as string,
    'ConfigMap cvat/one': 'is being deleted',
  });
  expect(session.clock.now() - before).toBeLessThan(1000);
});

test('waits for the garbage collector, whose finalizers no operator removes', async () => {
  const foreground = manifest('example.org/v1 Widget cvat/foreground', { metadata: { finalizers: ['foregroundDeletion'] } });
  const objects = put(foreground);
  session.clock.after(10_000, () => session.cluster.remove(foreground));
  expect(await left(objects)).toEqual({});
  expect(session.reporter.awaited).toEqual(['Widget cvat/foreground: waits for the garbage collector, which deletes what it owns']);
});

test('names the operator of a finalizer that has no available pod', async () => {
  const status = { conditions: [{ type: 'Available', status: 'False' }] };
  const objects = put(HELD);
  put({ ...OPERATOR, status });
  expect(await left(objects)).toEqual({
    'Widget.example.org cvat/held':
      'still exists after 2m00s: waits for its finalizer example.org/widgets, and Deployment operators/widgets has no available pod. ' +
      'See why: kubectl -n operators get pods',
  });
  put({ ...OPERATOR, status: { ...status, availableReplicas: 1 } });
  expect(Object.values(await left(objects))).toEqual(['still exists after 2m00s: waits for its finalizer example.org/widgets']);
});

test("names a Deployment of the operator's release that has no available pod, or does not exist", async () => {
  const pgo = manifest('helm.cattle.io/v1 HelmChart kube-system/pgo', {
    contract: { makes: [{ kind: 'CustomResourceDefinition', name: 'widgets.example.org', keys: ['v1/Widget'] }] },
    spec: { targetNamespace: 'crunchy-pgo' },
  });
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'pgo' } };
  const release = releaseSecret({ manifest: JSON.stringify(deployment) });
  const { labels } = release.metadata;
  put(pgo, { ...release, metadata: { ...release.metadata, namespace: 'crunchy-pgo', labels: { ...labels, name: 'pgo' } } });
  // It belongs to others: that it works says nothing.
  put(
    manifest('apps/v1 Deployment crunchy-pgo/other', {
      status: { conditions: [{ type: 'Available', status: 'True' }], availableReplicas: 1 },
    }),
  );
  const objects = put(HELD);
  const waits = 'still exists after 2m00s: waits for its finalizer example.org/widgets, and Deployment crunchy-pgo/pgo';
  expect(Object.values(await left(objects, pgo))).toEqual([`${waits} does not exist. Restore it: deploy, or install its release again`]);
  put(manifest('apps/v1 Deployment crunchy-pgo/pgo', { status: { conditions: [{ type: 'Available', status: 'True' }], replicas: 0 } }));
  expect(Object.values(await left(objects, pgo))).toEqual([`${waits} has no available pod. See why: kubectl -n crunchy-pgo get pods`]);
});

test('names the API group whose server blocks the deletion of a namespace, and the remedy', async () => {
  const message =
    'Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: metrics.k8s.io/v1beta1: stale GroupVersion discovery: metrics.k8s.io/v1beta1';
  const conditions = [
    { type: 'NamespaceContentRemaining', status: 'True', message: 'more' },
    { type: 'NamespaceDeletionDiscoveryFailure', status: 'True', message },
  ];
  const objects = put({ ...manifest('v1 Namespace cvat'), status: { conditions } });
  expect(Object.values(await left(objects))).toEqual([
    `still exists after 2m00s: ${message}. Restore the server of API group metrics.k8s.io, or delete its APIService: kubectl delete apiservice v1beta1.metrics.k8s.io`,
  ]);
});
