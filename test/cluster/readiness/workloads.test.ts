import { ApiError } from '../../../cluster/api/api-error';
import type { LiveObject } from '../../../cluster/objects/live-object';
import { readinessOf } from '../../../cluster/readiness';
import { ENVIRONMENT_LABEL } from '../../../manifests/contract';
import { condition, contextOf, live, stateOf } from './support';

describe('a Deployment', () => {
  const deployment = (status: object, spec: object = { replicas: 2 }): Promise<string> =>
    stateOf(live('apps/v1 Deployment', { spec, status: { observedGeneration: 2, ...status } }));
  const done = { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 };

  test('is ready when all replicas are of the last revision and available', async () => {
    expect(await deployment(done)).toBe('ready');
  });

  test('is not ready by a status from before the last change', async () => {
    expect(await deployment({ ...done, observedGeneration: 1 })).toBe('waiting: its controller has not observed the last change yet');
    expect(await deployment({ ...done, observedGeneration: undefined })).toMatch(/^waiting/);
  });

  test.each([
    ['0 of 2 replicas are ready', { replicas: 2, updatedReplicas: 2, unavailableReplicas: 2 }],
    ['1 of 2 replicas are ready', { ...done, availableReplicas: 1 }],
    ['1 of 2 replicas are updated', { ...done, updatedReplicas: 1 }],
    ['1 of 3 replicas are pending termination', { ...done, replicas: 3 }],
  ])('waits while %s', async (reason, status) => {
    expect(await deployment(status)).toBe(`waiting: ${reason}`);
  });

  test('has one replica by default, and may have none', async () => {
    expect(await deployment({}, {})).toBe('waiting: 0 of 1 replicas are ready');
    expect(await deployment({}, { replicas: 0 })).toBe('ready');
  });

  test('still waits after its progress deadline', async () => {
    const late = condition('Progressing', 'False', {
      reason: 'ProgressDeadlineExceeded',
      message: 'ReplicaSet "it-1" has timed out progressing.',
    });
    expect(await deployment({ replicas: 2, updatedReplicas: 2, conditions: [late] })).toBe('waiting: 0 of 2 replicas are ready');
  });
});

describe('a StatefulSet', () => {
  const set = (status: object, spec: object = {}): Promise<string> =>
    stateOf(live('apps/v1 StatefulSet', { spec: { replicas: 2, ...spec }, status: { observedGeneration: 2, ...status } }));
  const rolling = { replicas: 2, readyReplicas: 2, currentRevision: 'it-1', updateRevision: 'it-2' };

  test('is ready when all replicas are ready and of the last revision', async () => {
    expect(await set({ ...rolling, updatedReplicas: 2 })).toBe('ready');
    expect(await set({ ...rolling, currentRevision: 'it-2' })).toBe('ready');
  });

  test('waits for replicas that are not ready, or of an older revision', async () => {
    expect(await set({ ...rolling, updatedReplicas: 2, readyReplicas: 1 })).toBe('waiting: 1 of 2 replicas are ready');
    expect(await set({ ...rolling, updatedReplicas: 1 })).toBe('waiting: 1 of 2 replicas are updated');
    expect(await set({ ...rolling, updatedReplicas: 2, observedGeneration: 1 })).toMatch(/^waiting/);
  });

  test('does not wait for replicas below its partition', async () => {
    const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } };
    expect(await set({ ...rolling, updatedReplicas: 1 }, { updateStrategy })).toBe('ready');
    expect(await set(rolling, { updateStrategy })).toBe('waiting: 1 of 2 replicas are updated');
  });

  test('with OnDelete needs ready replicas of any revision', async () => {
    const updateStrategy = { type: 'OnDelete' };
    expect(await set(rolling, { updateStrategy })).toBe('ready');
    expect(await set({ ...rolling, readyReplicas: 0 }, { updateStrategy })).toBe('waiting: 0 of 2 replicas are ready');
  });
});

describe('a DaemonSet', () => {
  const set = (status: object, spec: object = {}): Promise<string> =>
    stateOf(live('apps/v1 DaemonSet', { spec, status: { observedGeneration: 2, desiredNumberScheduled: 3, ...status } }));

  test('is ready when every node that should have a pod has one of the last revision', async () => {
    expect(await set({ numberAvailable: 3, updatedNumberScheduled: 3 })).toBe('ready');
    expect(await set({ desiredNumberScheduled: 0 })).toBe('ready');
  });

  test('waits for pods that are not available, or of an older revision', async () => {
    expect(await set({ numberAvailable: 2, updatedNumberScheduled: 3 })).toBe('waiting: 2 of 3 pods are ready');
    expect(await set({ numberAvailable: 3, updatedNumberScheduled: 1 })).toBe('waiting: 1 of 3 pods are updated');
    expect(await set({ desiredNumberScheduled: 0, observedGeneration: undefined })).toMatch(/^waiting/);
  });

  test('with OnDelete does not wait for pods of an older revision', async () => {
    expect(await set({ numberAvailable: 3 }, { updateStrategy: { type: 'OnDelete' } })).toBe('ready');
  });
});

describe('a Job', () => {
  const job = (status: object, spec: object = {}): Promise<string> => stateOf(live('batch/v1 Job', { spec, status }));

  test('is ready when it is complete', async () => {
    expect(await job({ succeeded: 1, conditions: [condition('Complete', 'True')] })).toBe('ready');
    expect(await job({ active: 1, conditions: [condition('SuccessCriteriaMet', 'True')] })).toBe('ready');
  });

  test.each(['Failed', 'FailureTarget'])('has failed when it is %s, and reports why', async (type) => {
    const failure = condition(type, 'True', { reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' });
    const reason = 'failed: BackoffLimitExceeded: Job has reached the specified backoff limit. Read its log: kubectl -n cvat logs job/it';
    expect(await job({ failed: 7, conditions: [failure] })).toBe(reason);
    // A Job of dist is created again by the next deploy; one of a release is not.
    const ofDist = live('batch/v1 Job', { labels: { [ENVIRONMENT_LABEL]: 'local' }, status: { conditions: [failure] } });
    expect(await stateOf(ofDist)).toBe(`${reason}. When the cause is fixed, delete it and deploy again: kubectl -n cvat delete job it`);
  });

  test('waits while it runs, is suspended, or has not started', async () => {
    expect(await job({ active: 1 })).toBe('waiting: is running');
    expect(await job({ active: 1, failed: 2 })).toBe('waiting: is running, after 2 failed attempts');
    expect(await job({ conditions: [condition('Suspended', 'True')] }, { suspend: true })).toBe(
      'waiting: is suspended: set spec.suspend to false',
    );
    expect(await job({})).toBe('waiting: has not started yet');
  });
});

describe('a workload whose pod has a problem', () => {
  const LABELS = { app: 'it' };
  const PENDING = { phase: 'Pending', conditions: [condition('PodScheduled', 'False', { message: '0/1 nodes are available.' })] };
  const pod = (status: object, more: object = {}): LiveObject =>
    live('v1 Pod', { name: 'it-x', labels: LABELS, status, more: { ...more } });
  const state = (kind: string, ...pods: readonly LiveObject[]): Promise<string> => {
    const status = { observedGeneration: 2, desiredNumberScheduled: 1, active: 1 };
    return stateOf(live(kind, { spec: { replicas: 1, selector: { matchLabels: LABELS } }, status }), pods);
  };

  test.each([
    ['apps/v1 Deployment', '0 of 1 replicas are ready'],
    ['apps/v1 StatefulSet', '0 of 1 replicas are ready'],
    ['apps/v1 DaemonSet', '0 of 1 pods are ready'],
    ['batch/v1 Job', 'is running'],
  ])('names the pod of a %s, and what to act on', async (kind, reason) => {
    expect(await state(kind, pod(PENDING))).toBe(`waiting: ${reason}: Pod it-x cannot be scheduled: 0/1 nodes are available`);
  });

  test.each<[string, LiveObject]>([
    ['of another workload', live('v1 Pod', { name: 'other', labels: { app: 'other' }, status: PENDING })],
    [
      'of a Job with the same labels',
      pod(PENDING, { ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'it', uid: 'other' }] }),
    ],
    ['that is being deleted', pod(PENDING, { deletionTimestamp: '2026-11-23T10:00:00Z' })],
    ['that is ready', pod({ ...PENDING, conditions: [...PENDING.conditions, condition('Ready', 'True')] })],
    ['that starts', pod({ phase: 'Pending', containerStatuses: [{ state: { waiting: { reason: 'ContainerCreating' } } }] })],
  ])('does not name a pod %s', async (_what, other) => {
    expect(await state('apps/v1 Deployment', other)).toBe('waiting: 0 of 1 replicas are ready');
  });

  test('reports the counts alone when RBAC denies the list of pods', async () => {
    const context = contextOf([]);
    const list = (): Promise<never> => Promise.reject(new ApiError(403, { reason: 'Forbidden' }));
    const deployment = live('apps/v1 Deployment', { spec: { selector: { matchLabels: LABELS } }, status: { observedGeneration: 2 } });
    expect(await readinessOf(deployment, { ...context, list })).toEqual({ state: 'waiting', reason: '0 of 1 replicas are ready' });
  });
});

describe('a Pod', () => {
  const pod = (status: object): Promise<string> => stateOf(live('v1 Pod', { status }));

  test('is ready when it is Ready, or has succeeded', async () => {
    expect(await pod({ phase: 'Running', conditions: [condition('Ready', 'True')] })).toBe('ready');
    expect(await pod({ phase: 'Succeeded' })).toBe('ready');
  });

  test('has failed when its phase is Failed, with its termination message', async () => {
    const terminated = { exitCode: 1, reason: 'Error', message: 'Starting\nError: no such chart.\n' };
    expect(await pod({ phase: 'Failed', containerStatuses: [{ restartCount: 0, state: { terminated } }] })).toBe(
      'failed: failed once: Error: no such chart',
    );
    expect(await pod({ phase: 'Failed', message: 'The node was low on resource: memory.' })).toBe(
      'failed: The node was low on resource: memory',
    );
  });

  test.each([
    ['is pending', {}],
    ['is running, but not ready', { phase: 'Running' }],
    [
      'cannot be scheduled: 0/1 nodes are available: 1 Insufficient memory',
      {
        phase: 'Pending',
        conditions: [
          condition('PodScheduled', 'False', { reason: 'Unschedulable', message: '0/1 nodes are available: 1 Insufficient memory.' }),
        ],
      },
    ],
    [
      'cannot start: ImagePullBackOff: Back-off pulling image "example.org/no:1"',
      {
        phase: 'Pending',
        containerStatuses: [
          { restartCount: 0, state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "example.org/no:1"' } } },
        ],
      },
    ],
    ['is pending', { phase: 'Pending', containerStatuses: [{ restartCount: 0, state: { waiting: { reason: 'ContainerCreating' } } }] }],
    [
      'failed 4 times: OOMKilled (exit code 137)',
      {
        phase: 'Running',
        containerStatuses: [
          {
            restartCount: 4,
            state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting failed container' } },
            lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
          },
        ],
      },
    ],
  ])('waits and reports why: %s', async (reason, status) => {
    expect(await pod(status)).toBe(`waiting: ${reason}`);
  });
});
