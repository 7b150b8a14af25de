import { ApiError } from '../../../cluster/api/api-error';
import { Deletion, type DeletionResult } from '../../../cluster/delete/deletion';
import type { LiveObject } from '../../../cluster/objects/live-object';
import { targetsOf } from '../../../cluster/delete/target';
import { Inventory } from '../../../cluster/inventory';
import { DELETE_ANNOTATION } from '../../../manifests/contract';
import { keyOf, type Manifest, type ObjectKey } from '../../../manifests/manifest';
import { MemoryCluster } from '../support/memory-cluster';
import { distOf, manifest } from '../support/objects';
import { sessionOn } from '../support/session';

const claim = manifest('v1 PersistentVolumeClaim cvat/media', { contract: { holdsData: "CVAT's media" } });
const release = manifest('v1 ConfigMap cvat/release', { contract: { neededBy: 'every PostgresCluster' } });
const plain = manifest('v1 ConfigMap cvat/plain');
const policy = manifest('admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy data-protection.platform.kapernikov.com', {
  metadata: { finalizers: ['platform.kapernikov.com/guards-data'], labels: { 'platform.kapernikov.com/environment': 'local' } },
});

/** Refuses deletions, as an admission webhook of another project may. */
class Refusing extends MemoryCluster {
  override delete(): Promise<void> {
    return Promise.reject(new ApiError(403, { message: 'admission webhook denied the request' }));
  }
}

interface DeletionCase {
  /** In dist. */
  readonly objects: readonly Manifest[];
  /** Applied by an earlier deploy, and no longer in dist: these are pruned. */
  readonly gone?: readonly Manifest[];
  readonly deleteData?: boolean;
}

const destroyed = (cluster: MemoryCluster, ...objects: readonly Manifest[]): Promise<DeletionResult> => deletion(cluster, { objects });

async function deletion(cluster: MemoryCluster, { objects, gone, deleteData = true }: DeletionCase): Promise<DeletionResult> {
  const session = sessionOn(cluster);
  const dist = distOf({ '10-all': objects });
  const inventory = await Inventory.read(cluster, 'local');
  await inventory.add('10-all', gone?.map(keyOf) ?? []);
  const all = await targetsOf(cluster, dist, inventory);
  const targets = gone === undefined ? all : all.filter(({ inDist }) => !inDist);
  return new Deletion(session, {
    dist,
    targets: all,
    inventory,
    deleteData,
    deleteNamespaceContents: false,
    timeoutMilliseconds: 10_000,
    verb: 'deleted',
  }).delete(targets);
}

const marks = (cluster: MemoryCluster, { metadata }: Manifest): string[] =>
  cluster.asked.filter((line) => line.startsWith('patch') && line.includes(`/${metadata.name} `) && line.includes(DELETE_ANNOTATION));

test.each([
  ['what holds data', claim],
  ['what data needs', release],
])('marks %s before it is deleted, because data protection would refuse it', async (_what, object) => {
  const cluster = new MemoryCluster(object);
  expect(await destroyed(cluster, object)).toMatchObject({ deleted: 1, refused: [] });
  const [mark, ...others] = marks(cluster, object);
  expect(mark).toContain('with-its-data');
  expect(others).toEqual([]);
  expect(cluster.asked.indexOf(mark ?? '')).toBeLessThan(cluster.asked.findIndex((line) => line.startsWith('delete')));
});

test.each([
  ['what holds data', claim],
  ['what data needs', release],
])('removes the mark of %s again when its deletion is refused', async (_what, object) => {
  const cluster = new Refusing(object);
  expect(await destroyed(cluster, object)).toMatchObject({
    deleted: 0,
    refused: [{ reason: expect.stringContaining('denied') as string }],
  });
  expect((await cluster.get(keyOf(object)))?.metadata.annotations).not.toHaveProperty([DELETE_ANNOTATION]);
});

test('marks an object that dist protects and whose annotation was removed', async () => {
  const cluster = new MemoryCluster({ ...claim, metadata: { ...claim.metadata, annotations: {} } });
  expect(await destroyed(cluster, claim)).toMatchObject({ deleted: 1 });
  expect(marks(cluster, claim)).toHaveLength(1);
});

test('goes on when an operator deletes an object before it is marked', async () => {
  class Operated extends MemoryCluster {
    override patch(key: ObjectKey, patch: object): Promise<LiveObject> {
      if (key.name === 'release') this.remove(release);
      return super.patch(key, patch);
    }
  }
  expect(await destroyed(new Operated(claim, release), claim, release)).toEqual({ deleted: 2, kept: [], refused: [] });
});

test('marks nothing else', async () => {
  const cluster = new MemoryCluster(plain);
  await destroyed(cluster, plain);
  expect(marks(cluster, plain)).toEqual([]);
});

test('removes the finalizer of data protection, so that its policies can go, after everything else', async () => {
  const cluster = new MemoryCluster(policy, claim);
  expect(await destroyed(cluster, policy, claim)).toMatchObject({ deleted: 2 });
  const deleted = cluster.asked.filter((line) => line.startsWith('delete'));
  expect(deleted).toEqual(['delete PersistentVolumeClaim cvat/media', `delete ValidatingAdmissionPolicy ${policy.metadata.name}`]);
});

describe("the policy that protects PGO's CRDs", () => {
  const labels = { 'platform.kapernikov.com/environment': 'local' };
  const guard = manifest('admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy crd-protection.platform.kapernikov.com', {
    metadata: { finalizers: ['platform.kapernikov.com/guards-data'], labels },
  });
  const crd = manifest('apiextensions.k8s.io/v1 CustomResourceDefinition postgresclusters.postgres-operator.crunchydata.com', {
    contract: { holdsData: 'every PostgresCluster' },
    spec: { group: 'postgres-operator.crunchydata.com', names: { kind: 'PostgresCluster' }, versions: [{ name: 'v1beta1', served: true }] },
  });

  test('is deleted after them', async () => {
    const cluster = new MemoryCluster(guard, crd);
    expect(await destroyed(cluster, guard, crd)).toMatchObject({ deleted: 2, kept: [], refused: [] });
    const [first, second] = cluster.asked.filter((line) => line.startsWith('delete'));
    expect([first, second]).toEqual([
      `delete CustomResourceDefinition ${crd.metadata.name}`,
      `delete ValidatingAdmissionPolicy ${guard.metadata.name}`,
    ]);
  });

  test('is kept with them, also when dist no longer has either', async () => {
    const cluster = new MemoryCluster(guard, crd);
    const result = await deletion(cluster, { objects: [plain], gone: [guard, crd], deleteData: false });
    expect(result).toMatchObject({ deleted: 0, refused: [] });
    expect(result.kept.map(({ object }) => object).sort()).toEqual([
      `CustomResourceDefinition ${crd.metadata.name}`,
      `ValidatingAdmissionPolicy ${guard.metadata.name}`,
    ]);
  });

  test('does not stay for other data', async () => {
    const cluster = new MemoryCluster(guard, claim);
    const result = await deletion(cluster, { objects: [guard, claim], deleteData: false });
    expect(result.kept.map(({ object }) => object)).toEqual(['PersistentVolumeClaim cvat/media']);
    expect(result.deleted).toBe(1);
  });
});

test('stops an install Job that k3s creates just before the HelmChart is deleted', async () => {
  const chart = manifest('helm.cattle.io/v1 HelmChart kube-system/app', { spec: { targetNamespace: 'cvat' } });
  const job = manifest('batch/v1 Job kube-system/helm-install-app', { status: { active: 1 } });
  class Retrying extends MemoryCluster {
    override async delete(...args: Parameters<MemoryCluster['delete']>): Promise<void> {
      await super.delete(...args);
      this.put(job);
    }
    override patch(...args: Parameters<MemoryCluster['patch']>): ReturnType<MemoryCluster['patch']> {
      const answer = super.patch(...args);
      if (args[0].kind === 'Job') this.put({ ...job, status: {} });
      return answer;
    }
  }
  const cluster = new Retrying(chart);
  expect(await destroyed(cluster, chart)).toMatchObject({ deleted: 1 });
  expect(cluster.writes).toContain('patch Job kube-system/helm-install-app {"spec":{"suspend":true}}');
});

describe('the claims that Kubernetes made of the templates of a StatefulSet', () => {
  const statefulSet = manifest('apps/v1 StatefulSet theirs/store', {
    spec: { volumeClaimTemplates: [{ metadata: { name: 'data' } }, { metadata: { name: 'log' } }] },
  });
  const madeOf = (name: string, metadata: object = {}): Manifest =>
    manifest(`v1 PersistentVolumeClaim theirs/${name}`, { metadata: { labels: {}, ...metadata } });

  test('are reported with the command that deletes them, when the StatefulSet is gone, also by the next run', async () => {
    const cluster = new MemoryCluster(
      statefulSet,
      madeOf('data-store-0'),
      madeOf('log-store-11'),
      madeOf('data-store-more-0'),
      madeOf('other-store-0'),
      madeOf('data-store-1', { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'store', uid: 'uid' }] }),
      madeOf('data-store-2', { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    );
    const kept = ['data-store-0', 'log-store-11'].map((name) => ({
      object: `PersistentVolumeClaim theirs/${name}`,
      reason: `is a claim of StatefulSet theirs/store, with its data. To delete it, run: kubectl -n theirs delete pvc ${name}`,
      notOurs: true,
    }));
    expect(await destroyed(cluster, statefulSet)).toEqual({ deleted: 1, kept, refused: [] });
    expect(await destroyed(cluster, statefulSet)).toEqual({ deleted: 0, kept, refused: [] });
    expect(cluster.names).toContain('PersistentVolumeClaim theirs/data-store-0');
  });

  test('are reported when dist no longer has the StatefulSet', async () => {
    const cluster = new MemoryCluster(statefulSet, madeOf('data-store-0'));
    expect((await deletion(cluster, { objects: [], gone: [statefulSet] })).kept).toHaveLength(1);
  });

  test('are not reported while the StatefulSet is kept, or when RBAC denies to list them', async () => {
    const cluster = new MemoryCluster({ ...statefulSet, metadata: { ...statefulSet.metadata, labels: {} } }, madeOf('data-store-0'));
    expect((await destroyed(cluster, statefulSet)).kept.map(({ object }) => object)).toEqual(['StatefulSet theirs/store']);
    cluster.put(statefulSet);
    const list = cluster.list.bind(cluster);
    jest.spyOn(cluster, 'list').mockImplementation((kind, options) => {
      if (kind.kind === 'PersistentVolumeClaim') throw new ApiError(403, { message: 'forbidden' });
      return list(kind, options);
    });
    expect(await destroyed(cluster, statefulSet)).toEqual({ deleted: 1, kept: [], refused: [] });
  });
});
