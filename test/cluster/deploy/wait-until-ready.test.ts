import type { Manifest } from '../../../manifests/manifest';
import { ApiError } from '../../../cluster/api/api-error';
import { Conflict } from '../../../cluster/deploy/apply';
import { CommandProblem } from '../../../cluster/problem';
import { type Unready, waitUntilReady } from '../../../cluster/deploy/wait-until-ready';
import { crd, distOf, manifest } from '../support/objects';
import { ownershipOf } from '../support/ownership';
import { sessionOn, type TestSession } from '../support/session';

const JOB = manifest('batch/v1 Job cvat/one');
const SETTINGS = manifest('v1 ConfigMap cvat/settings');
const DONE = { conditions: [{ type: 'Complete', status: 'True' }] };
const FAILED = { conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: 'it has failed' }] };

let session: TestSession;
beforeEach(() => (session = sessionOn()));

/** Applies the objects, and waits. */
async function wait(...manifests: readonly Manifest[]): Promise<readonly Unready[]> {
  const expected = await Promise.all(manifests.map(async (each) => ({ manifest: each, ...(await session.cluster.apply(each)) })));
  const ownership = await ownershipOf(session.cluster, distOf({ '10-one': manifests }));
  session.cluster.asked.length = 0;
  return waitUntilReady(session, expected, {
    stage: '10-one',
    environment: 'local',
    manifests,
    deadline: session.clock.now() + 60_000,
    force: false,
    ownership,
  });
}
const later = (milliseconds: number, object: Manifest): void => session.clock.after(milliseconds, () => void session.cluster.put(object));

test('does not request or report an object that is ready in the response of its apply', async () => {
  expect(await wait(SETTINGS, crd('Widget', 'v1'))).toEqual([]);
  expect([session.cluster.asked, session.reporter.lines, session.reporter.awaited]).toEqual([[], [], []]);
});

test('reports why it waits for an object, and when it is ready', async () => {
  later(5000, { ...JOB, status: { active: 1 } });
  later(10_000, { ...JOB, status: DONE });
  expect(await wait(JOB, SETTINGS)).toEqual([]);
  expect(session.reporter.awaited).toEqual(['Job cvat/one: has not started yet', 'Job cvat/one: is running']);
  expect(session.reporter.lines).toEqual(['state Job cvat/one ready']);
  expect(session.reporter.now).toEqual([]);
});

test('reports no Event about an object that is ready', async () => {
  for (const name of ['one', 'settings'])
    session.cluster.put(
      manifest(`v1 Event cvat/${name}`, {
        involvedObject: { kind: 'Pod', namespace: 'cvat', name: `${name}-1` },
        reason: 'BackOff',
        message: 'pulling image',
        lastTimestamp: new Date(session.clock.now()).toISOString(),
      }),
    );
  later(5000, { ...JOB, status: DONE });
  expect(await wait(JOB, SETTINGS)).toEqual([]);
  expect(session.reporter.lines.filter((line) => line.startsWith('warning'))).toEqual(['warning Pod cvat/one-1 BackOff pulling image']);
});

test('returns the objects that are not ready at the deadline, with reasons', async () => {
  const before = session.clock.now();
  expect(await wait(JOB, SETTINGS)).toEqual([{ object: 'Job cvat/one', state: 'waiting', reason: 'has not started yet' }]);
  expect(session.clock.now() - before).toBe(60_000);
});

test('ends when an object has failed in two polls, and returns all that are not ready', async () => {
  const before = session.clock.now();
  expect(await wait({ ...JOB, status: FAILED }, manifest('batch/v1 Job cvat/two'))).toEqual([
    {
      object: 'Job cvat/one',
      state: 'failed',
      reason:
        'BackoffLimitExceeded: it has failed. Read its log: kubectl -n cvat logs job/one. ' +
        'When the cause is fixed, delete it and deploy again: kubectl -n cvat delete job one',
    },
    { object: 'Job cvat/two', state: 'waiting', reason: 'has not started yet' },
  ]);
  expect(session.clock.now() - before).toBe(250);
});

test('continues when an object has failed in one poll only', async () => {
  later(200, { ...JOB, status: { active: 1 } });
  later(5000, { ...JOB, status: FAILED });
  later(6000, { ...JOB, status: DONE });
  expect(await wait({ ...JOB, status: FAILED })).toEqual([]);
});

test('applies an object again that was deleted meanwhile, with a warning', async () => {
  session.clock.after(3000, () => session.cluster.remove(JOB));
  later(20_000, { ...JOB, status: DONE });
  expect(await wait(JOB)).toEqual([]);
  expect(session.reporter.lines).toEqual([
    'warning Job cvat/one was deleted or replaced meanwhile; will be applied again',
    'state Job cvat/one ready',
  ]);
  expect(session.cluster.writes).toEqual(['apply Job cvat/one']);
});

test.each([
  ['a namespace that is being deleted', new ApiError(403, { message: 'no', details: { causes: [{ reason: 'NamespaceTerminating' }] } })],
  ['a namespace that is gone', new ApiError(404, { message: 'no' })],
  ['another manager, which has set a field', new Conflict([{ field: '.spec', owner: 'x' }])],
])('retries an apply that is refused because of %s', async (_, refusal) => {
  session.clock.after(3000, () => {
    session.cluster.remove(JOB);
    const spy = jest.spyOn(session.cluster, 'apply').mockRejectedValue(refusal);
    session.clock.after(20_000, () => spy.mockRestore());
  });
  later(40_000, { ...JOB, status: DONE });
  expect(await wait(JOB)).toEqual([]);
  expect(session.reporter.awaited).toContain(`Job cvat/one: ${refusal.message}`);
  // Said once, however often it is tried.
  expect(session.reporter.lines.filter((line) => line.includes('applied again'))).toHaveLength(1);
});

test('does not accept an object that was replaced and cannot be applied again', async () => {
  session.clock.after(3000, () => {
    session.cluster.remove(JOB);
    session.cluster.put({ ...JOB, status: DONE });
    jest.spyOn(session.cluster, 'apply').mockRejectedValue(new Conflict([{ field: '.spec', owner: 'x' }]));
  });
  expect(await wait(JOB)).toMatchObject([{ state: 'waiting', reason: expect.stringContaining('.spec by x') as string }]);
});

test('fails when a request fails', async () => {
  session.clock.after(3000, () => {
    session.cluster.remove(JOB);
    jest.spyOn(session.cluster, 'apply').mockRejectedValue(new CommandProblem('unreachable'));
  });
  await expect(wait(JOB)).rejects.toThrow('unreachable');
});

test('applies an object once again that was replaced by another of its name', async () => {
  session.clock.after(3000, () => {
    session.cluster.remove(JOB);
    session.cluster.put({ ...JOB, status: { active: 1 } });
  });
  later(20_000, { ...JOB, status: DONE });
  expect(await wait(JOB)).toEqual([]);
  expect(session.cluster.writes).toEqual(['apply Job cvat/one']);
});

test('reports Warning Events while it waits', async () => {
  session.cluster.put(
    manifest('v1 Event cvat/e1', {
      involvedObject: { kind: 'Pod', namespace: 'cvat', name: 'one-abc' },
      reason: 'BackOff',
      message: 'pulling image',
      lastTimestamp: new Date(session.clock.now()).toISOString(),
    }),
  );
  later(20_000, { ...JOB, status: DONE });
  await wait(JOB);
  expect(session.reporter.lines).toEqual(['warning Pod cvat/one-abc BackOff pulling image', 'state Job cvat/one ready']);
});

test('can be interrupted', async () => {
  const interrupt = new AbortController();
  const stop = new Error('stop');
  session.clock.after(5000, () => interrupt.abort(stop));
  session = Object.assign(session, { signal: interrupt.signal });
  await expect(wait(JOB)).rejects.toBe(stop);
});
