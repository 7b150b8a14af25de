import { EventRecorder } from '../../src/kubernetes/event-recorder';
import { FakeClock } from '../fake-clock';
import { FakeApiServer } from './fake-api-server';

const JOHN = { apiVersion: 'kapernikov.com/v1', kind: 'AppUser', name: 'john', namespace: 'n', uid: 'u' };
const CONFLICT = { type: 'Warning', reason: 'EmailConflict', note: 'The account "x" has this address.' } as const;

let server: FakeApiServer;
let clock: FakeClock;
let failures: number;
let recorder: EventRecorder;

beforeEach(async () => {
  server = await FakeApiServer.start();
  server.handler = () => ({ json: {} });
  [clock, failures] = [new FakeClock(), 0];
  recorder = new EventRecorder({ client: server.client(), namespace: 'n', instance: 'pod-1', clock, failed: () => failures++ });
});

afterEach(() => server.stop());

test('an Event says what happened to which object, and who says so', async () => {
  void recorder.tell(JOHN, CONFLICT);
  await recorder.flush();
  expect(server.asked).toHaveLength(1);
  expect(server.asked[0]).toMatchObject({
    method: 'POST',
    path: '/apis/events.k8s.io/v1/namespaces/n/events',
    body: {
      metadata: { namespace: 'n', name: expect.stringMatching(/^john\./) },
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingInstance: 'pod-1',
      regarding: JOHN,
      ...CONFLICT,
    },
  });
});

test('an Event that repeats within ten minutes is counted, and later created again', async () => {
  for (let count = 0; count < 3; count++) void recorder.tell(JOHN, CONFLICT);
  await recorder.flush();
  expect(server.asked.map(({ method }) => method)).toEqual(['POST', 'PATCH', 'PATCH']);
  expect(server.asked[2]).toMatchObject({ body: { series: { count: 3 } }, path: expect.stringContaining('/events/john.') });
  void recorder.tell({ ...JOHN, name: 'jane' }, CONFLICT);
  await clock.pass(600_000);
  void recorder.tell(JOHN, CONFLICT);
  await recorder.flush();
  expect(server.asked.slice(3).map(({ method }) => method)).toEqual(['POST', 'POST']);
});

test('an Event that cannot be written is forgotten, and so are those that are too many', async () => {
  server.handler = () => ({ status: 500, json: {} });
  for (let count = 0; count < 1000; count++) void recorder.tell(JOHN, { ...CONFLICT, note: `note ${count}` });
  await recorder.flush();
  expect(failures).toBe(100);
  server.handler = () => ({ json: {} });
  void recorder.tell(JOHN, CONFLICT);
  await recorder.flush();
  expect(server.asked).toHaveLength(101);
});

test('a note that is too long for Kubernetes is cut', async () => {
  void recorder.tell(JOHN, { ...CONFLICT, note: 'n'.repeat(5000) });
  await recorder.flush();
  expect((server.asked[0]?.body as { note: string }).note).toHaveLength(1024);
});

test.each(['-', '.'])('the name of an Event is valid when the name of its object is cut off after "%s"', async (separator) => {
  void recorder.tell({ ...JOHN, name: `${'n'.repeat(199)}${separator}john` }, CONFLICT);
  await recorder.flush();
  const { metadata } = server.asked[0]?.body as { metadata: { name: string } };
  expect(metadata.name).toMatch(/^n{199}\.[0-9a-f]+$/);
});
