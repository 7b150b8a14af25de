import type { Manifest } from '../../../manifests/manifest';
import { Warnings } from '../../../cluster/deploy/warnings';
import { manifest } from '../support/objects';
import { sessionOn, type TestSession } from '../support/session';

let session: TestSession;
beforeEach(() => (session = sessionOn()));

const RELEASE = manifest('helm.cattle.io/v1 HelmChart kube-system/pgo', { spec: { targetNamespace: 'crunchy-pgo' } });
const JOB = manifest('batch/v1 Job cvat/migrate');

let count = 0;

/** A Warning event about a Pod, from some seconds ago. */
function event(
  name: string,
  { namespace = 'cvat', ago = 0, ...more }: { namespace?: string; ago?: number; [field: string]: unknown } = {},
): Manifest {
  return manifest(`v1 Event ${namespace}/e${count++}`, {
    involvedObject: { kind: 'Pod', namespace, name },
    reason: 'BackOff',
    message: 'pulling image',
    lastTimestamp: at(ago),
    ...more,
  });
}
const at = (ago: number): string => new Date(session.clock.now() - ago * 1000).toISOString();

async function warningsOf(events: readonly Manifest[], ...manifests: readonly Manifest[]): Promise<string[]> {
  for (const each of events) session.cluster.put(each);
  await new Warnings(session, '10-one').report(manifests);
  return session.reporter.lines;
}

test('reports an Event once, also when it repeats', async () => {
  session.cluster.put(event('migrate-1'));
  const warnings = new Warnings(session, '10-one');
  await warnings.report([JOB]);
  session.cluster.put(event('migrate-1', { message: 'pulling image, once more' }));
  await warnings.report([JOB]);
  expect(session.reporter.lines).toEqual(['warning Pod cvat/migrate-1 BackOff pulling image']);
  session.cluster.put(event('migrate-1', { reason: 'Unhealthy' }));
  await warnings.report([JOB]);
  expect(session.reporter.lines).toHaveLength(2);
});

test('reports an Event once in a deployment, also when objects of two stages create the pod', async () => {
  session.cluster.put(event('migrate-1'));
  const reported = new Set<string>();
  for (const stage of ['10-one', '20-two']) await new Warnings(session, stage, reported).report([JOB]);
  expect(session.reporter.lines).toEqual(['warning Pod cvat/migrate-1 BackOff pulling image']);
});

test('reports only Events about objects that are waited for and the objects that they create', async () => {
  const events = ['migrate', 'migrate-1', 'migrates', 'other-migrate-1'].map((name) => event(name));
  expect(await warningsOf(events, JOB)).toEqual([
    'warning Pod cvat/migrate BackOff pulling image',
    'warning Pod cvat/migrate-1 BackOff pulling image',
  ]);
});

test("reports Events of a release's Job and in its target namespace", async () => {
  const events = [
    event('helm-install-pgo-x', { namespace: 'kube-system' }),
    event('pgo-1', { namespace: 'crunchy-pgo' }),
    event('pgo-1', { namespace: 'cvat' }),
  ];
  expect(await warningsOf(events, RELEASE)).toEqual([
    'warning Pod kube-system/helm-install-pgo-x BackOff pulling image',
    'warning Pod crunchy-pgo/pgo-1 BackOff pulling image',
  ]);
});

test('reports Events from shortly before the deployment, and no older ones', async () => {
  const events = [
    event('migrate-old', { ago: 61 }),
    event('migrate-new', { ago: 59 }),
    event('migrate-often', { ago: 600, series: { lastObservedTime: at(1) } }),
    event('migrate-once', { lastTimestamp: null, eventTime: at(1) }),
    event('migrate-made', { lastTimestamp: null, metadata: { creationTimestamp: at(1) } }),
    event('migrate-never', { lastTimestamp: null }),
  ];
  expect((await warningsOf(events, JOB)).map((line) => line.split(' ')[2])).toEqual([
    'cvat/migrate-new',
    'cvat/migrate-often',
    'cvat/migrate-once',
    'cvat/migrate-made',
  ]);
});

test('lists Warning Events once for each namespace', async () => {
  const list = jest.spyOn(session.cluster, 'list');
  await warningsOf([], JOB, manifest('v1 ConfigMap cvat/settings'), manifest('v1 Namespace cvat'));
  expect(list.mock.calls).toEqual([
    [
      { apiVersion: 'v1', kind: 'Event' },
      { namespace: 'cvat', fields: 'type=Warning' },
    ],
  ]);
});

test('reports nothing when RBAC denies list', async () => {
  jest.spyOn(session.cluster, 'list').mockRejectedValue(new Error('forbidden'));
  expect(await warningsOf([event('migrate-1')], JOB)).toEqual([]);
});
