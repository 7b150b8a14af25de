import type { Manifest } from '../../../manifests/manifest';
import { type Unserved, waitUntilServed } from '../../../cluster/deploy/wait-until-served';
import { definition, manifest } from '../support/objects';
import { sessionOn, type TestSession } from '../support/session';

const WIDGET = { apiVersion: 'example.org/v1', kind: 'Widget' };
const GADGET = { apiVersion: 'example.org/v1', kind: 'Gadget' };

/** A release that brings widgets, as its contract says. */
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

test('kinds that are served are asked for once', async () => {
  expect(await wait([])).toEqual([]);
  expect([session.cluster.asked, session.reporter.awaited]).toEqual([[], []]);
});

test.each([
  ['a release', RELEASE],
  ['a definition of dist', definition('Widget', 'v1')],
])('a kind that %s brings is waited for, until it is served', async (_, bringer) => {
  session.cluster.unserved.add('Widget');
  session.clock.after(10_000, () => session.cluster.unserved.clear());
  expect(await wait([bringer])).toEqual([]);
  expect(session.reporter.awaited).toEqual([
    `Widget (example.org/v1): the cluster does not serve this kind yet: ${bringer.kind} ${bringer === RELEASE ? 'kube-system/widgets' : 'widgets.example.org'} brings it`,
  ]);
  expect(session.reporter.now).toEqual([]);
  // Otherwise it would never learn of it.
  expect(session.cluster.asked).toContain('rediscover');
});

test('when the time is over it tells what is missing', async () => {
  session.cluster.unserved.add('Widget');
  expect(await wait([RELEASE])).toEqual([
    { kind: WIDGET, state: 'waiting', reason: expect.stringContaining('HelmChart kube-system/widgets brings it') as string },
  ]);
  expect(await passed(wait([RELEASE]))).toBe(60_000);
});

test('a kind that nothing of dist brings fails at once, after one more look', async () => {
  session.cluster.unserved.add('Widget').add('Gadget');
  const doing = wait([RELEASE], [WIDGET, GADGET]);
  expect(await passed(doing)).toBeLessThan(1000);
  expect(await doing).toEqual([
    { kind: GADGET, state: 'failed', reason: 'the cluster does not serve this kind, and nothing in dist brings it' },
  ]);
  expect(session.cluster.asked).toEqual(['rediscover']);
});

test('what is known of a kind may be old, so one that has come meanwhile is no failure', async () => {
  session.cluster.unserved.add('Gadget');
  jest.spyOn(session.cluster, 'rediscover').mockImplementation(() => session.cluster.unserved.clear());
  expect(await wait([], [GADGET])).toEqual([]);
});

test('what to do about a kind that is missing is what a need of dist says', async () => {
  session.cluster.unserved.add('Gadget');
  const needs = [
    { kind: 'CustomResourceDefinition', name: 'others.example.org', keys: ['v1/Other'], remedy: 'something else' },
    { kind: 'CustomResourceDefinition', name: 'gadgets.example.org', keys: ['v1/Gadget'], remedy: 'install gadgets' },
  ];
  expect(await wait([manifest('v1 ConfigMap cvat/one', { contract: { needs } })], [GADGET])).toEqual([
    { kind: GADGET, state: 'failed', reason: 'the cluster does not serve this kind, and nothing in dist brings it: install gadgets' },
  ]);
});
