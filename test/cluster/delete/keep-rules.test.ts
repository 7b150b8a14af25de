import { type Manifest, idOf, keyOf } from '../../../manifests/manifest';
import { lostOperatorOf, reasonToKeep, DeletionContext, type KeepReason } from '../../../cluster/delete/keep-rules';
import { releaseSecret } from '../readiness/releases';
import { MemoryCluster } from '../support/memory-cluster';
import { definition, manifest } from '../support/objects';
import { sessionOn } from '../support/session';

const LOCAL = { environment: 'local', folder: 'dist' };
const WIDGETS = { kind: 'CustomResourceDefinition', name: 'widgets.example.org', keys: ['v1/Widget'] };
const DEFINITION = definition('Widget', 'v1');
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
  /** What is to be taken away. */
  readonly asked?: readonly Manifest[];
  readonly deleteData?: boolean;
}

function situation({ cluster = [], targets = {}, kept = [], asked = [], deleteData = true }: Parts): DeletionContext {
  const all = Object.entries(targets).flatMap(([stage, objects]) =>
    objects.map((object) => ({ stage, key: keyOf(object), inDist: true, manifest: object })),
  );
  const known = new DeletionContext(sessionOn(new MemoryCluster(...cluster)), all, deleteData, LOCAL);
  for (const object of kept) known.kept.add(idOf(keyOf(object)));
  for (const object of asked) known.asked.add(idOf(keyOf(object)));
  return known;
}

/** Why an object that is on the cluster stays. */
async function stays(object: Manifest, { cluster = [], ...parts }: Parts = {}): Promise<KeepReason | undefined> {
  const known = situation({ cluster: [...cluster, object], ...parts });
  const live = await known.session.cluster.get(keyOf(object));
  if (!live) throw new Error('it is not there');
  return reasonToKeep(live, known);
}

test('what nothing speaks for may go', async () => {
  expect(await stays(manifest('v1 ConfigMap cvat/one'), { deleteData: false })).toBeUndefined();
});

describe('what holds data', () => {
  const claim = manifest('v1 PersistentVolumeClaim cvat/one');

  test('stays on purpose', async () => {
    expect(await stays(claim, { deleteData: false })).toEqual({ reason: 'holds data: its volume', intended: true });
    const photos = manifest('v1 ConfigMap cvat/one', { contract: { holdsData: 'the photos' } });
    expect(await stays(photos, { deleteData: false })).toEqual({ reason: 'holds data: the photos', intended: true });
  });

  test('is known by dist, too, before a deploy has put that on the cluster', async () => {
    const photos = manifest('v1 ConfigMap cvat/one', { contract: { holdsData: 'the photos' } });
    expect(await stays(manifest('v1 ConfigMap cvat/one'), { deleteData: false, targets: { '10-one': [photos] } })).toMatchObject({
      reason: 'holds data: the photos',
    });
  });

  test('goes when that was said', async () => {
    expect(await stays(claim, { deleteData: true })).toBeUndefined();
  });
});

const LOGIN = { kind: 'Secret', namespace: 'cvat', name: 'login' };
const SECRET = manifest('v1 Secret cvat/login');
const MAKER = manifest('example.org/v1 Widget cvat/maker', { contract: { makes: [LOGIN] } });

describe('what something makes', () => {
  test('stays with it', async () => {
    expect(await stays(SECRET, { targets: { '10-one': [MAKER] }, kept: [MAKER] })).toEqual({
      reason: 'belongs to Widget cvat/maker, which is kept',
      intended: true,
    });
  });

  test('goes when its maker does, and when it is another of that name', async () => {
    expect(await stays(SECRET, { targets: { '10-one': [MAKER] } })).toBeUndefined();
    expect(await stays(manifest('v1 Secret else/login'), { targets: { '10-one': [MAKER] }, kept: [MAKER] })).toBeUndefined();
  });
});

describe.each([
  ['an operator', OPERATOR, 'only it can take that apart'],
  ['a release that makes definitions', RELEASE, 'only it can take that apart'],
  ['a definition', DEFINITION, 'its objects would be deleted with it'],
])('%s', (_, object, why) => {
  const others = object === DEFINITION ? [] : [DEFINITION];

  test('may go when there is no object of its kind', async () => {
    expect(await stays(object, { cluster: others })).toBeUndefined();
  });

  test('must not go as long as one is left, wherever it is and whoever made it', async () => {
    const foreign = manifest('example.org/v1 Widget somewhere/else');
    expect(await stays(object, { cluster: [...others, foreign] })).toEqual({
      reason: `Widget somewhere/else is left, and ${why}. Delete that first`,
      intended: false,
    });
    expect(await stays(object, { cluster: [...others, WIDGET, foreign], kept: [WIDGET] })).toEqual({
      reason: `Widget somewhere/else is left, and 1 more, and ${why}. Delete that first`,
      intended: false,
    });
  });

  test('stays on purpose with those that are kept', async () => {
    expect(await stays(object, { cluster: [...others, WIDGET], kept: [WIDGET] })).toEqual({
      reason: `Widget cvat/one is kept, and ${why}`,
      intended: true,
    });
  });
});

test('an operator that has lost its contract on the cluster is known by dist', async () => {
  const bare = manifest('apps/v1 Deployment operators/widgets');
  expect(await stays(bare, { cluster: [DEFINITION, WIDGET] })).toBeUndefined();
  expect(await stays(bare, { cluster: [DEFINITION, WIDGET], targets: { '10-one': [OPERATOR] } })).toMatchObject({ intended: false });
});

describe('a namespace', () => {
  const namespace = manifest('v1 Namespace cvat');

  test('may go when nothing of the environment is in it', async () => {
    const there = manifest('v1 ConfigMap else/there');
    expect(
      await stays(namespace, { cluster: [there], targets: { '10-one': [manifest('v1 ConfigMap cvat/gone'), there] } }),
    ).toBeUndefined();
  });

  test('stays with what is still in it', async () => {
    const there = manifest('v1 ConfigMap cvat/there');
    expect(await stays(namespace, { cluster: [there], targets: { '10-one': [there] } })).toEqual({
      reason: 'ConfigMap cvat/there is still there, and would be deleted with it',
      intended: true,
    });
  });

  test.each([
    ['its objects', { targetNamespace: 'cvat' }],
    ['what Helm knows of it', { storageNamespace: 'cvat' }],
  ])('stays with a release of elsewhere that has %s in it', async (_, spec) => {
    const release = manifest('helm.toolkit.fluxcd.io/v2 HelmRelease flux/one', { spec });
    expect(await stays(namespace, { cluster: [release], targets: { '10-one': [release] } })).toMatchObject({
      reason: 'HelmRelease flux/one is still there, and would be deleted with it',
    });
  });

  test('stays when somebody else has objects of our operators in it, which would be held there for ever', async () => {
    const parts = { cluster: [DEFINITION, WIDGET], targets: { '10-one': [OPERATOR] } };
    const reason = 'Widget cvat/one is in it, and would be deleted with it. Delete that first';
    expect(await stays(namespace, parts)).toEqual({ reason, intended: false });
    expect(await stays(namespace, { ...parts, kept: [WIDGET] })).toEqual({ reason, intended: true });
    expect(await stays(manifest('v1 Namespace other'), parts)).toBeUndefined();
  });
});

describe('what something else reads by name', () => {
  const reader = manifest('apps/v1 Deployment cvat/reader', { contract: { reads: [LOGIN] } });
  const targets = { '10-database': [SECRET, MAKER], '20-app': [reader] };

  test.each([
    ['', SECRET],
    [', and so what makes it', MAKER],
  ])('must not go before it%s', async (_, object) => {
    expect(await stays(object, { cluster: [reader], targets })).toEqual({
      reason: 'Deployment cvat/reader needs Secret cvat/login. Take that away first: npm run destroy app',
      intended: false,
    });
  });

  test('may go when the reader is gone, and when the reader reads something else', async () => {
    expect(await stays(SECRET, { targets })).toBeUndefined();
    expect(await stays(manifest('v1 Secret cvat/other'), { cluster: [reader], targets })).toBeUndefined();
  });

  test('stays on purpose with a reader that is kept', async () => {
    expect(await stays(SECRET, { cluster: [reader], targets, kept: [reader] })).toEqual({
      reason: 'Deployment cvat/reader, which is kept, needs Secret cvat/login',
      intended: true,
    });
  });

  test('may go with a reader of its own stage, if that is asked to go, too', async () => {
    const parts = { cluster: [reader], targets: { '10-one': [SECRET, reader] } };
    expect(await stays(SECRET, { ...parts, asked: [SECRET, reader] })).toBeUndefined();
    expect(await stays(SECRET, { ...parts, asked: [SECRET] })).toMatchObject({ intended: false });
  });

  test('is no reason for the reader itself', async () => {
    const own = manifest('example.org/v1 Widget cvat/own', { contract: { makes: [LOGIN], reads: [LOGIN] } });
    expect(await stays(own, { targets: { '10-one': [own] } })).toBeUndefined();
  });
});

describe('a finalizer', () => {
  const targets = { '20-widgets': [OPERATOR], '30-one': [WIDGET] };

  test('is no matter while its operator is there', async () => {
    expect(await stays(HELD, { cluster: [OPERATOR], targets })).toBeUndefined();
  });

  test('will never go when its operator has, and what to do about it is said', async () => {
    expect(await stays(HELD, { targets })).toEqual({
      reason:
        'its finalizer example.org/widgets waits for Deployment operators/widgets, which is gone. ' +
        'Bring that back, and destroy again: npm run deploy -- --stage widgets',
      intended: false,
    });
  });

  test('is no matter when one of several operators is there, when its operator is not ours, or when there is none', async () => {
    const second = manifest('apps/v1 Deployment operators/second', { contract: { operates: [WIDGETS] } });
    expect(await stays(HELD, { cluster: [second], targets: { '20-widgets': [OPERATOR, second] } })).toBeUndefined();
    const foreign = manifest('else.org/v1 Widget cvat/one', { metadata: { finalizers: ['else.org/widgets'] } });
    expect(await stays(foreign, { targets })).toBeUndefined();
    expect(await stays(WIDGET, { targets })).toBeUndefined();
  });

  test('is asked about while an object goes, too', async () => {
    const known = situation({ cluster: [HELD], targets });
    const live = await known.session.cluster.get(keyOf(HELD));
    expect(live && (await lostOperatorOf(live, known))).toMatch(/^its finalizer example.org\/widgets waits for /);
  });
});

test('what carries the label of another environment is not ours to take away, whatever dist says', async () => {
  const theirs = manifest('v1 ConfigMap cvat/one', { metadata: { labels: { 'platform.kapernikov.com/environment': 'production' } } });
  expect(await stays(theirs)).toEqual({ reason: 'belongs to the environment "production": is this the right cluster?', intended: false });
});

describe('a release', () => {
  const chart = manifest('helm.cattle.io/v1 HelmChart kube-system/cvat', { spec: { targetNamespace: 'cvat' } });
  const claim = (annotations: object): string =>
    JSON.stringify({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'media', namespace: 'cvat', annotations } });
  const released = (part: string): Manifest => releaseSecret({ manifest: part });

  test('stays, because Helm would delete the volume that is in it', async () => {
    const cluster = [released(claim({}))];
    expect(await stays(chart, { cluster, deleteData: false })).toEqual({
      reason: 'holds data: Helm would delete PersistentVolumeClaim cvat/media with it',
      intended: true,
    });
    expect(await stays(chart, { cluster })).toBeUndefined();
  });

  test('may go when its chart tells Helm to keep the volume', async () => {
    expect(await stays(chart, { cluster: [released(claim({ 'helm.sh/resource-policy': 'keep' }))], deleteData: false })).toBeUndefined();
  });

  test('stays as long as there are objects of a definition that is in it', async () => {
    const cluster = [released(JSON.stringify(DEFINITION)), DEFINITION, WIDGET];
    expect(await stays(chart, { cluster })).toEqual({
      reason: 'Widget cvat/one is left, and only it can take that apart. Delete that first',
      intended: false,
    });
  });
});

test('what belongs to something that was not asked for stays with it: dist has a database no user any more, but the database is there', async () => {
  const login = manifest('v1 Secret cvat/login');
  const maker = manifest('example.org/v1 Widget cvat/maker', {
    contract: { makes: [{ kind: 'Secret', namespace: 'cvat', name: 'login' }] },
  });
  expect(await stays(login, { cluster: [maker], targets: { '30-one': [maker] } })).toEqual({
    reason: 'belongs to Widget cvat/maker, which is kept',
    intended: true,
  });
});
