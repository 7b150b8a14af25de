import { ApiError } from '../../../cluster/api/api-error';
import type { Resource } from '../../../cluster/api/cluster';
import { DeletionContext } from '../../../cluster/delete/deletion-context';
import { foreignContentsOf } from '../../../cluster/delete/namespace-contents';
import type { Note } from '../../../cluster/inventory';
import type { LiveObject } from '../../../cluster/objects/live-object';
import { ENVIRONMENT_LABEL } from '../../../manifests/contract';
import { formatKey, type Kind, keyOf, type Manifest } from '../../../manifests/manifest';
import { labelledBy } from '../support/labelled-by';
import { MemoryCluster } from '../support/memory-cluster';
import { manifest } from '../support/objects';
import { sessionOn } from '../support/session';

const RELEASES = [
  manifest('helm.cattle.io/v1 HelmChart kube-system/cvat', { spec: { targetNamespace: 'cvat' } }),
  manifest('helm.toolkit.fluxcd.io/v2 HelmRelease flux/traefik', {
    spec: { targetNamespace: 'cvat', releaseName: 'traefik', storageNamespace: 'flux' },
  }),
];
const USER = manifest('postgres-operator.crunchydata.com/v1beta1 PostgresCluster cvat/my-postgres', {
  contract: { makes: [{ kind: 'Secret', namespace: 'cvat', name: 'my-postgres-pguser-cvat' }] },
});
const TARGETS = [...RELEASES, USER].map((object) => ({ stage: '10-one', key: keyOf(object), inDist: true, manifest: object }));

interface Metadata {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** Without the label of the environment, unless it is given. */
const object = (what: string, metadata: Metadata = {}): Manifest =>
  manifest(what, { metadata: { labels: {}, annotations: {}, ...metadata } });

const SECRET = 'v1 Secret cvat/one';
const OURS = { labels: { [ENVIRONMENT_LABEL]: 'local' } };
const helm = (name: string, namespace = 'cvat') => ({
  annotations: { 'meta.helm.sh/release-name': name, 'meta.helm.sh/release-namespace': namespace },
});
const revision = (release: string) => ({ labels: { owner: 'helm', name: release, status: 'deployed', version: '1' } });

class Namespaces extends MemoryCluster {
  override async kinds(): Promise<(Kind & Resource)[]> {
    const metrics = { apiVersion: 'metrics.k8s.io/v1beta1', kind: 'PodMetrics', name: 'pods', namespaced: true, verbs: ['get', 'list'] };
    return [...(await super.kinds()).filter(({ kind }) => kind !== 'PodMetrics'), metrics];
  }
}

async function contentsOf(
  objects: readonly Manifest[],
  notes: Readonly<Record<string, Note>> = {},
  cluster = new Namespaces(),
): Promise<string[]> {
  for (const each of objects) cluster.put(each);
  const context = new DeletionContext(sessionOn(cluster), {
    targets: TARGETS,
    deleteData: true,
    deleteNamespaceContents: false,
    inventory: { noteOf: (key) => notes[formatKey(key)] },
    dist: { environment: 'local', folder: 'dist' },
  });
  return foreignContentsOf('cvat', context);
}

describe('not listed', () => {
  test.each<[string, Manifest]>([
    ['an object of dist', object(SECRET, OURS)],
    ['an object of dist that kubectl has applied', object(SECRET, { ...OURS, managedFields: labelledBy('kubectl') })],
    ['an object of a release of k3s', object('v1 Service cvat/one', helm('cvat'))],
    ['an object of a release of Flux in another namespace', object('v1 Service cvat/one', helm('traefik'))],
    ['a revision of a release', object(SECRET, revision('cvat'))],
    [
      'the volume of a StatefulSet of a release',
      object('v1 PersistentVolumeClaim cvat/one', { labels: { 'app.kubernetes.io/instance': 'cvat' } }),
    ],
    ['a hook of a release', object(SECRET, { labels: { 'app.kubernetes.io/instance': 'cvat', 'app.kubernetes.io/managed-by': 'Helm' } })],
    ['what dist says that PGO makes', object('v1 Secret cvat/my-postgres-pguser-cvat')],
    ['other objects of PGO', object('v1 ConfigMap cvat/one', { labels: { 'postgres-operator.crunchydata.com/cluster': 'my-postgres' } })],
    ["PGO's upgrade check, which has no label", object('v1 ConfigMap cvat/pgo-upgrade-check')],
    ['a Secret of the AppUser operator', object(SECRET, { labels: { 'kapernikov.com/purpose': 'credentials' } })],
    [
      'an object with an owner',
      object('v1 Pod cvat/one', { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'one', uid: '1' }] }),
    ],
    ['an object that is being deleted', object(SECRET, { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['example.org/one'] })],
    ['the root certificate', object('v1 ConfigMap cvat/kube-root-ca.crt')],
    ['the default ServiceAccount', object('v1 ServiceAccount cvat/default')],
    ['its token', object(SECRET, { annotations: { 'kubernetes.io/service-account.name': 'default' } })],
    ['an Event', object('v1 Event cvat/one')],
    ['an Event of the newer API', object('events.k8s.io/v1 Event cvat/one')],
    ['Endpoints', object('v1 Endpoints cvat/one')],
    ['an EndpointSlice', object('discovery.k8s.io/v1 EndpointSlice cvat/one')],
    ['a Lease', object('coordination.k8s.io/v1 Lease cvat/one')],
    ['a ControllerRevision', object('apps/v1 ControllerRevision cvat/one')],
    ['metrics, which cannot be deleted', object('metrics.k8s.io/v1beta1 PodMetrics cvat/one')],
    ['an object of another namespace', object('v1 Secret elsewhere/one')],
    ['a cluster-scoped object', object('v1 Namespace cvat')],
  ])('%s', async (_what, each) => {
    expect(await contentsOf([each])).toEqual([]);
  });

  test('what a release has left and the inventory records', async () => {
    const claim = 'v1 PersistentVolumeClaim cvat/one';
    expect(await contentsOf([object(claim)], { 'PersistentVolumeClaim cvat/one': 'left by release' })).toEqual([]);
  });
});

describe('listed', () => {
  test.each<[string, Manifest]>([
    ["a person's Secret", object(SECRET)],
    ['a Secret that a person has given our label', object(SECRET, { ...OURS, managedFields: labelledBy('kubectl-label') })],
    ['an object of another environment', object(SECRET, { labels: { [ENVIRONMENT_LABEL]: 'other' } })],
    ['an object of a foreign release', object('v1 Service cvat/one', helm('theirs'))],
    [
      'an object of a foreign release with the instance label of ours',
      object(SECRET, { ...helm('theirs'), labels: { 'app.kubernetes.io/instance': 'cvat' } }),
    ],
    ['a revision of a foreign release', object(SECRET, revision('theirs'))],
    ['a revision of a release of ours that is stored elsewhere', object(SECRET, revision('traefik'))],
    ["a person's object with the instance label of a release", object(SECRET, { labels: { 'app.kubernetes.io/instance': 'cvat' } })],
    ['a foreign volume', object('v1 PersistentVolumeClaim cvat/one', { labels: { 'app.kubernetes.io/instance': 'theirs' } })],
    ['a foreign PostgresCluster', object('postgres-operator.crunchydata.com/v1beta1 PostgresCluster cvat/one')],
    ['a foreign custom resource', object('example.org/v1 Widget cvat/one')],
    ['a Pod without an owner', object('v1 Pod cvat/one')],
    ['a ServiceAccount', object('v1 ServiceAccount cvat/one')],
    ['the token of a ServiceAccount', object(SECRET, { annotations: { 'kubernetes.io/service-account.name': 'one' } })],
  ])('%s', async (_what, each) => {
    expect(await contentsOf([each])).toEqual([formatKey(keyOf(each))]);
  });

  test('an adopted object, which has our label', async () => {
    expect(await contentsOf([object(SECRET, OURS)], { 'Secret cvat/one': 'adopted' })).toEqual(['Secret cvat/one']);
  });

  test('all of them, sorted', async () => {
    const all = ['v1 Secret cvat/two', 'v1 Secret cvat/one', 'v1 ConfigMap cvat/three'].map((what) => object(what));
    expect(await contentsOf(all)).toEqual(['ConfigMap cvat/three', 'Secret cvat/one', 'Secret cvat/two']);
  });
});

test('a kind that is served no longer has no objects, and any other failure is an error: the namespace may have contents', async () => {
  class Failing extends Namespaces {
    code = 404;
    override async list(kind: Kind, options?: object): Promise<LiveObject[]> {
      if (kind.kind === 'Widget') throw new ApiError(this.code, { message: 'refused' });
      return super.list(kind, options);
    }
  }
  const objects = [object(SECRET), object('example.org/v1 Widget cvat/one')];
  const cluster = new Failing();
  expect(await contentsOf(objects, {}, cluster)).toEqual(['Secret cvat/one']);
  cluster.code = 405;
  expect(await contentsOf(objects, {}, cluster)).toEqual(['Secret cvat/one']);
  for (const code of [403, 503]) {
    cluster.code = code;
    await expect(contentsOf(objects, {}, cluster)).rejects.toThrow('refused');
  }
});
