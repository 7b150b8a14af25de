import { FINALIZER } from '../../src/app-user/app-user';
import { EventRecorder } from '../../src/kubernetes/event-recorder';
import { NamespaceObjects } from '../../src/kubernetes/namespace-objects';
import { FakeClock } from '../fake-clock';
import { appUser } from '../reconcile/support';
import { FakeApiServer } from './fake-api-server';

const CONTENT = { url: 'u', username: 'john.doe', emailAddress: 'e', password: 'p', appUserUid: 'uid-1' };
const MANIFEST = {
  metadata: { name: 'john.doe', uid: 'uid-1', resourceVersion: '2', creationTimestamp: '2026-01-01T00:00:00Z', finalizers: [FINALIZER] },
  spec: appUser().spec,
};

let server: FakeApiServer;
let clock: FakeClock;
let written: unknown[];
let objects: NamespaceObjects;

beforeEach(async () => {
  server = await FakeApiServer.start();
  [clock, written] = [new FakeClock(), []];
  const client = server.client();
  const recorder = new EventRecorder({ client, namespace: 'n', instance: 'p', clock, failed: () => undefined });
  objects = new NamespaceObjects({
    ...{ client, namespace: 'n', recorder, clock, service: 'cvat', goneAfterSeconds: 30 },
    onNotice: () => undefined,
    written: (name, after) => written.push([name, after?.resourceVersion]),
  });
});

afterEach(() => server.stop());

test('a Secret is created once: one that exists by then is not overwritten', async () => {
  server.handler = ({ body }) => ({ json: body });
  const made = await objects.writeCredentials(appUser(), undefined, CONTENT);
  expect(made).toMatchObject({ kind: 'ours', ...CONTENT });
  expect(server.asked[0]).toMatchObject({ method: 'POST', body: { kind: 'Secret', metadata: { name: 'john.doe-cvat' } } });
  server.handler = () => ({ status: 409, json: { reason: 'AlreadyExists', message: 'exists' } });
  await expect(objects.writeCredentials(appUser(), undefined, CONTENT)).rejects.toMatchObject({ name: 'Changed' });
});

test('a Secret is changed only as it was read', async () => {
  server.handler = ({ body }) => ({ json: body });
  await objects.writeCredentials(appUser(), { kind: 'foreign', resourceVersion: '9' }, CONTENT);
  expect(server.asked[0]).toMatchObject({ method: 'PATCH', body: { metadata: { resourceVersion: '9' } } });
});

test('a Secret that has gone is deleted; one that was changed is not', async () => {
  server.handler = () => ({ status: 404, json: { message: 'none' } });
  await objects.deleteCredentials(appUser(), { kind: 'foreign', resourceVersion: '9' });
  expect(server.asked[0]).toMatchObject({ method: 'DELETE', body: { preconditions: { resourceVersion: '9' } } });
  server.handler = ({ method }) =>
    method === 'DELETE' ? { status: 409, json: {} } : { json: { metadata: { name: 'x', resourceVersion: '10' } } };
  await expect(objects.deleteCredentials(appUser(), { kind: 'foreign', resourceVersion: '9' })).rejects.toMatchObject({ name: 'Changed' });
});

test('a status takes the place of the one before, of which nothing stays', async () => {
  server.handler = () => ({ json: MANIFEST });
  await objects.writeStatus(appUser({ status: { username: 'old', userId: 3 } }), { userId: 7 });
  expect(server.asked[0]).toMatchObject({
    method: 'PATCH',
    path: '/apis/kapernikov.com/v1/namespaces/n/appusers/john.doe/status',
    body: { metadata: { resourceVersion: '1' }, status: { username: null, userId: 7 } },
  });
  expect(written).toEqual([['john.doe', '2']]);
});

test('an AppUser that goes with its last finalizer is known to have gone', async () => {
  server.handler = () => ({ json: MANIFEST });
  expect(await objects.setFinalizers(appUser(), [FINALIZER])).toMatchObject({ resourceVersion: '2' });
  const metadata = { ...MANIFEST.metadata, deletionTimestamp: '2026-01-02T00:00:00Z', finalizers: [] };
  server.handler = () => ({ json: { ...MANIFEST, metadata } });
  expect(await objects.setFinalizers(appUser(), [])).toBeUndefined();
  expect(written).toEqual([
    ['john.doe', '2'],
    ['john.doe', undefined],
  ]);
});

test.each([409, 404])('a write that is refused with %i means that something has changed', async (status) => {
  server.handler = () => ({ status, json: { message: 'no' } });
  await expect(objects.writeStatus(appUser(), {})).rejects.toMatchObject({ name: 'Changed' });
});

test('the application is gone when its Service has been missing for a while, without a break', async () => {
  let missing = true;
  server.handler = () => (missing ? { status: 404, json: {} } : { json: {} });
  const looks = async (seconds: number): Promise<boolean> => {
    await clock.pass(seconds * 1000);
    return objects.applicationIsGone();
  };
  expect([await looks(0), await looks(20)]).toEqual([false, false]);
  missing = false;
  expect(await looks(5)).toBe(false);
  missing = true;
  expect([await looks(5), await looks(29), await looks(1)]).toEqual([false, false, true]);
  // Not checked for an hour: it may have existed.
  expect([await looks(3600), await looks(30)]).toEqual([false, true]);
});

test('an API server that cannot say whether the application is there is an error, not a sign that it is gone', async () => {
  server.handler = () => ({ status: 403, json: { reason: 'Forbidden', message: 'no' } });
  await expect(objects.applicationIsGone()).rejects.toMatchObject({ status: 403 });
});
