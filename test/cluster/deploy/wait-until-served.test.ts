import type { Manifest } from '../../../manifests/manifest';
import { type Unserved, waitUntilServed } from '../../../cluster/deploy/wait-until-served';
import { crd, manifest } from '../support/objects';
import { sessionOn, type TestSession } from '../support/session';

const WIDGET = { apiVersion: 'example.org/v1', kind: 'Widget' };
const GADGET = { apiVersion: 'example.org/v1', kind: 'Gadget' };

/** A release whose contract says that it makes the CRD of widgets. */
const RELEASE = manifest('helm.cattle.io/v1 HelmChart kube-system/widgets', {
  contract: { makes: [{ kind: 'CustomResourceDefinition', name: 'widgets.example.org', keys: ['v1/Widget'] }] },
});

let session: TestSession;
beforeEach(() => (session = sessionOn()));

function wait(manifests: readonly Manifest[], kinds = [WIDGET]): Promise<readonly Unserved[]> {
  return waitUntilServed(session, kinds, { stage: '10-one', manifests, deadline: session.clock.now() + 60_000 });
}
const passed = async (doing: Promise<unknown>): Promise<number> => {
  const before = session.clock.now();
  await doing;
  return session.clock.now() - before;
};

test('checks served kinds once', async () => {
  expect(await wait([])).toEqual([]);
  expect([session.cluster.asked, session.reporter.awaited]).toEqual([[], []]);
});

test.each([
  ['a release', RELEASE],
  ['a CRD of dist', crd('Widget', 'v1')],
])('waits until a kind is served whose CRD is created by %s', async (_, maker) => {
  session.cluster.unserved.add('Widget');
  session.clock.after(10_000, () => session.cluster.unserved.clear());
  expect(await wait([maker])).toEqual([]);
  expect(session.reporter.awaited).toEqual([
    `Widget (example.org/v1): this kind is not served yet; ${maker.kind} ${maker === RELEASE ? 'kube-system/widgets' : 'widgets.example.org'} creates its CRD`,
  ]);
  expect(session.reporter.now).toEqual([]);
  // Otherwise it would never learn of it.
  expect(session.cluster.asked).toContain('rediscover');
});

test('returns the missing kinds at the deadline', async () => {
  session.cluster.unserved.add('Widget');
  expect(await wait([RELEASE])).toEqual([
    { kind: WIDGET, state: 'waiting', reason: expect.stringContaining('HelmChart kube-system/widgets creates its CRD') as string },
  ]);
  expect(await passed(wait([RELEASE]))).toBe(60_000);
});

test('fails after a second poll for a kind whose CRD no object creates', async () => {
  session.cluster.unserved.add('Widget').add('Gadget');
  const doing = wait([RELEASE], [WIDGET, GADGET]);
  expect(await passed(doing)).toBeLessThan(1000);
  expect(await doing).toEqual([
    { kind: GADGET, state: 'failed', reason: 'this kind is not served, and no object in dist creates its CRD' },
  ]);
  expect(session.cluster.asked).toEqual(['rediscover']);
});

test('does not fail for a kind that is served after rediscovery', async () => {
  session.cluster.unserved.add('Gadget');
  jest.spyOn(session.cluster, 'rediscover').mockImplementation(() => session.cluster.unserved.clear());
  expect(await wait([], [GADGET])).toEqual([]);
});

test('gives the remedy of a need for a kind that is not served', async () => {
  session.cluster.unserved.add('Gadget');
  const needs = [
    { kind: 'CustomResourceDefinition', name: 'others.example.org', keys: ['v1/Other'], remedy: 'something else' },
    { kind: 'CustomResourceDefinition', name: 'gadgets.example.org', keys: ['v1/Gadget'], remedy: 'install gadgets' },
  ];
  expect(await wait([manifest('v1 ConfigMap cvat/one', { contract: { needs } })], [GADGET])).toEqual([
    { kind: GADGET, state: 'failed', reason: 'this kind is not served, and no object in dist creates its CRD: install gadgets' },
  ]);
});
