import { type Manifest, idOf, keyOf } from '../../../manifests/manifest';
import { DeletionContext } from '../../../cluster/delete/deletion-context';
import { missingOperatorOf, reasonToKeep, type KeepReason } from '../../../cluster/delete/keep-rules';
import { ApiError } from '../../../cluster/api/api-error';
import type { LiveObject } from '../../../cluster/objects/live-object';
import { releaseSecret } from '../readiness/releases';
import { MemoryCluster } from '../support/memory-cluster';
import { crd, manifest } from '../support/objects';
import { sessionOn } from '../support/session';

const LOCAL = { environment: 'local', folder: 'dist' };
const WIDGETS = { kind: 'CustomResourceDefinition', name: 'widgets.example.org', keys: ['v1/Widget'] };
const CRD = crd('Widget', 'v1');
const OPERATOR = manifest('apps/v1 Deployment operators/widgets', { contract: { operates: [WIDGETS] } });
const RELEASE = manifest('helm.cattle.io/v1 HelmChart kube-system/widgets', { contract: { makes: [WIDGETS] } });
const WIDGET = manifest('example.org/v1 Widget cvat/one');
const HELD = manifest('example.org/v1 Widget cvat/one', { metadata: { finalizers: ['example.org/widgets'] } });

interface Parts {
  /** What is on the cluster besides. */
  readonly cluster?: readonly Manifest[];
  /** What the environment has, by stage. */
  readonly targets?: Readonly<Record<string, readonly Manifest[]>>;
  /** What stays on purpose. */
  readonly kept?: readonly Manifest[];
  /** The targets of the deletion. */
  readonly asked?: readonly Manifest[];
  readonly deleteData?: boolean;
}

function context({ cluster = [], targets = {}, kept = [], asked = [], deleteData = true }: Parts): DeletionContext {
  const all = Object.entries(targets).flatMap(([stage, objects]) =>
    objects.map((object) => ({ stage, key: keyOf(object), inDist: true, manifest: object })),
  );
  const known = new DeletionContext(sessionOn(new MemoryCluster(...cluster)), {
    targets: all,
    deleteData,
    deleteNamespaceContents: false,
    inventory: { noteOf: ({ kind }) => (kind === 'Namespace' ? 'created' : undefined) },
    dist: LOCAL,
  });
  for (const object of kept) known.kept.add(idOf(keyOf(object)));
  for (const object of asked) known.asked.add(idOf(keyOf(object)));
  return known;
}

/** Why an object that is on the cluster stays. */
async function stays(object: Manifest, { cluster = [], ...parts }: Parts = {}): Promise<KeepReason | undefined> {
  const known = context({ cluster: [...cluster, object], ...parts });
  const live = await known.session.cluster.get(keyOf(object));
  if (!live) throw new Error('not found');
  return reasonToKeep(live, known);
}

test('an object is deleted when no rule applies', async () => {
  expect(await stays(manifest('v1 ConfigMap cvat/one'), { deleteData: false })).toBeUndefined();
});

describe('an object that holds data', () => {
  const claim = manifest('v1 PersistentVolumeClaim cvat/one');

  test('is kept', async () => {
    expect(await stays(claim, { deleteData: false })).toEqual({ reason: 'holds data: its volume', intended: true });
    const photos = manifest('v1 ConfigMap cvat/one', { contract: { holdsData: 'the photos' } });
    expect(await stays(photos, { deleteData: false })).toEqual({ reason: 'holds data: the photos', intended: true });
  });

  test('is recognized by its manifest in dist before that is deployed', async () => {
    const photos = manifest('v1 ConfigMap cvat/one', { contract: { holdsData: 'the photos' } });
    expect(await stays(manifest('v1 ConfigMap cvat/one'), { deleteData: false, targets: { '10-one': [photos] } })).toMatchObject({
      reason: 'holds data: the photos',
    });
  });

  test('is deleted with --delete-data', async () => {
    expect(await stays(claim, { deleteData: true })).toBeUndefined();
  });
});

const LOGIN = { kind: 'Secret', namespace: 'cvat', name: 'login' };
const SECRET = manifest('v1 Secret cvat/login');
const MAKER = manifest('example.org/v1 Widget cvat/maker', { contract: { makes: [LOGIN] } });

describe('an object that another object makes', () => {
  test('is kept with its maker', async () => {
    expect(await stays(SECRET, { targets: { '10-one': [MAKER] }, kept: [MAKER] })).toEqual({
      reason: 'belongs to Widget cvat/maker, which is kept',
      intended: true,
    });
  });

  test('is deleted with its maker, and when only its name is the same', async () => {
    expect(await stays(SECRET, { targets: { '10-one': [MAKER] } })).toBeUndefined();
    expect(await stays(manifest('v1 Secret else/login'), { targets: { '10-one': [MAKER] }, kept: [MAKER] })).toBeUndefined();
  });
});

describe.each([
  ['an operator', OPERATOR, 'only this can finalize it'],
  ['a release that makes crds', RELEASE, 'only this can finalize it'],
  ['a crd', CRD, 'would be deleted with it'],
])('%s', (_, object, why) => {
  const others = object === CRD ? [] : [CRD];

  test('is deleted when there is no custom resource', async () => {
    expect(await stays(object, { cluster: others })).toBeUndefined();
  });

  test('is refused while a custom resource exists in any namespace', async () => {
    const foreign = manifest('example.org/v1 Widget somewhere/else');
    expect(await stays(object, { cluster: [...others, foreign] })).toEqual({
      reason: `Widget somewhere/else still exists, and ${why}. Delete it first`,
      intended: false,
    });
    expect(await stays(object, { cluster: [...others, WIDGET, foreign], kept: [WIDGET] })).toEqual({
      reason: `Widget somewhere/else still exists, and 1 more, and ${why}. Delete it first`,
      intended: false,
    });
  });

  test('is kept with a kept custom resource', async () => {
    expect(await stays(object, { cluster: [...others, WIDGET], kept: [WIDGET] })).toEqual({
      reason: `Widget cvat/one is kept, and ${why}`,
      intended: true,
    });
  });
});

test('an operator without its annotations on the cluster is recognized by its manifest in dist', async () => {
  const bare = manifest('apps/v1 Deployment operators/widgets');
  expect(await stays(bare, { cluster: [CRD, WIDGET] })).toBeUndefined();
  expect(await stays(bare, { cluster: [CRD, WIDGET], targets: { '10-one': [OPERATOR] } })).toMatchObject({ intended: false });
});

describe('a namespace', () => {
  const namespace = manifest('v1 Namespace cvat');

  test('is deleted when no object of the environment is in it', async () => {
    const there = manifest('v1 ConfigMap else/there');
    expect(
      await stays(namespace, { cluster: [there], targets: { '10-one': [manifest('v1 ConfigMap cvat/gone'), there] } }),
    ).toBeUndefined();
  });

  test('is kept while an object of the environment is in it', async () => {
    const there = manifest('v1 ConfigMap cvat/there');
    expect(await stays(namespace, { cluster: [there], targets: { '10-one': [there] } })).toEqual({
      reason: 'ConfigMap cvat/there still exists and would be deleted with it',
      intended: true,
    });
  });

  test.each([
    ['its objects', { targetNamespace: 'cvat' }],
    ['what Helm knows of it', { storageNamespace: 'cvat' }],
  ])('is kept with a release of another namespace that has %s in it', async (_, spec) => {
    const release = manifest('helm.toolkit.fluxcd.io/v2 HelmRelease flux/one', { spec });
    expect(await stays(namespace, { cluster: [release], targets: { '10-one': [release] } })).toMatchObject({
      reason: 'HelmRelease flux/one still exists and would be deleted with it',
    });
  });

  test('is refused while it contains custom resources of our CRDs that are not ours', async () => {
    const parts = { cluster: [CRD, WIDGET], targets: { '10-one': [OPERATOR] } };
    const reason = 'Widget cvat/one is in it and would be deleted with it. Delete it first';
    expect(await stays(namespace, parts)).toEqual({ reason, intended: false });
    expect(await stays(namespace, { ...parts, kept: [WIDGET] })).toEqual({ reason, intended: true });
    expect(await stays(manifest('v1 Namespace other'), parts)).toBeUndefined();
  });
});

describe('an object that another object reads by name', () => {
  const reader = manifest('apps/v1 Deployment cvat/reader', { contract: { reads: [LOGIN] } });
  const targets = { '10-database': [SECRET, MAKER], '20-app': [reader] };

  test.each([
    ['', SECRET],
    [', and so what makes it', MAKER],
  ])('is refused while the reader exists%s', async (_, object) => {
    expect(await stays(object, { cluster: [reader], targets })).toEqual({
      reason: 'Deployment cvat/reader needs Secret cvat/login. Delete that first: npm run destroy app',
      intended: false,
    });
  });

  test('is deleted when the reader does not exist or reads another object', async () => {
    expect(await stays(SECRET, { targets })).toBeUndefined();
    expect(await stays(manifest('v1 Secret cvat/other'), { cluster: [reader], targets })).toBeUndefined();
  });

  test('is kept with a kept reader', async () => {
    expect(await stays(SECRET, { cluster: [reader], targets, kept: [reader] })).toEqual({
      reason: 'Deployment cvat/reader, which is kept, needs Secret cvat/login',
      intended: true,
    });
  });

  test('is deleted together with a reader of its own stage', async () => {
    const parts = { cluster: [reader], targets: { '10-one': [SECRET, reader] } };
    expect(await stays(SECRET, { ...parts, asked: [SECRET, reader] })).toBeUndefined();
    expect(await stays(SECRET, { ...parts, asked: [SECRET] })).toMatchObject({ intended: false });
  });

  test('does not keep the reader itself', async () => {
    const own = manifest('example.org/v1 Widget cvat/own', { contract: { makes: [LOGIN], reads: [LOGIN] } });
    expect(await stays(own, { targets: { '10-one': [own] } })).toBeUndefined();
  });
});

describe('a finalizer', () => {
  const targets = { '20-widgets': [OPERATOR], '30-one': [WIDGET] };

  test('is no reason while its operator exists', async () => {
    expect(await stays(HELD, { cluster: [OPERATOR], targets })).toBeUndefined();
  });

  test('whose operator does not exist is refused with the command that deploys the operator', async () => {
    expect(await stays(HELD, { targets })).toEqual({
      reason:
        'its finalizer example.org/widgets waits for Deployment operators/widgets, which does not exist. ' +
        'Deploy it and destroy again: npm run deploy -- --stage widgets',
      intended: false,
    });
  });

  test('is no reason while one of several operators exists, or when its operator is not ours or unknown', async () => {
    const second = manifest('apps/v1 Deployment operators/second', { contract: { operates: [WIDGETS] } });
    expect(await stays(HELD, { cluster: [second], targets: { '20-widgets': [OPERATOR, second] } })).toBeUndefined();
    const foreign = manifest('else.org/v1 Widget cvat/one', { metadata: { finalizers: ['else.org/widgets'] } });
    expect(await stays(foreign, { targets })).toBeUndefined();
    expect(await stays(WIDGET, { targets })).toBeUndefined();
  });

  test('is checked while the object is being deleted', async () => {
    const known = context({ cluster: [HELD], targets });
    const live = await known.session.cluster.get(keyOf(HELD));
    expect(live && (await missingOperatorOf(live, known))).toMatch(/^its finalizer example.org\/widgets waits for /);
  });
});

test('refuses an object with the label of another environment', async () => {
  const theirs = manifest('v1 ConfigMap cvat/one', { metadata: { labels: { 'platform.kapernikov.com/environment': 'production' } } });
  expect(await stays(theirs)).toEqual({ reason: 'belongs to environment "production". Check the folder and the context', intended: false });
});

describe('a release', () => {
  const chart = manifest('helm.cattle.io/v1 HelmChart kube-system/cvat', { spec: { targetNamespace: 'cvat' } });
  const claim = (annotations: object): string =>
    JSON.stringify({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'media', namespace: 'cvat', annotations } });
  const released = (part: string): Manifest => releaseSecret({ manifest: part });

  test('is kept when Helm would delete a volume in it', async () => {
    const cluster = [released(claim({}))];
    expect(await stays(chart, { cluster, deleteData: false })).toEqual({
      reason: 'holds data: Helm would delete PersistentVolumeClaim cvat/media with it',
      intended: true,
    });
    expect(await stays(chart, { cluster })).toBeUndefined();
  });

  test('is deleted when its chart tells Helm to keep the volume', async () => {
    expect(await stays(chart, { cluster: [released(claim({ 'helm.sh/resource-policy': 'keep' }))], deleteData: false })).toBeUndefined();
  });

  test('is refused while custom resources of a CRD in it exist', async () => {
    const cluster = [released(JSON.stringify(CRD)), CRD, WIDGET];
    expect(await stays(chart, { cluster })).toEqual({
      reason: 'Widget cvat/one still exists, and only this can finalize it. Delete it first',
      intended: false,
    });
  });
});

test('keeps what an object makes that is not to be deleted: a database user that is no longer in dist, while its database exists', async () => {
  const login = manifest('v1 Secret cvat/login');
  const maker = manifest('example.org/v1 Widget cvat/maker', {
    contract: { makes: [{ kind: 'Secret', namespace: 'cvat', name: 'login' }] },
  });
  expect(await stays(login, { cluster: [maker], targets: { '30-one': [maker] } })).toEqual({
    reason: 'belongs to Widget cvat/maker, which is kept',
    intended: true,
  });
});

test.each([403, 503])('a namespace is refused when an answer of %i hides what is in it', async (code) => {
  const namespace = manifest('v1 Namespace cvat');
  const known = context({ cluster: [namespace, manifest('example.org/v1 Widget cvat/one', { metadata: { labels: {} } })] });
  jest.spyOn(known.session.cluster, 'list').mockRejectedValue(new ApiError(code, { message: 'widgets: no' }));
  expect(await reasonToKeep((await known.session.cluster.get(keyOf(namespace))) as LiveObject, known)).toEqual({
    reason:
      'may contain objects that are not ours: they cannot be listed (widgets: no). ' +
      'To delete it with everything in it, add --delete-namespace-contents',
    intended: false,
  });
});
