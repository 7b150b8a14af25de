import type { Condition, Live } from './api';

/** A Pod as far as those who play the kubelet's part look at it. */
export interface Pod extends Live {
  readonly spec: {
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly volumes?: readonly Volume[];
    readonly serviceAccountName?: string;
  };
  readonly status: { readonly phase: string; readonly conditions?: readonly Condition[] };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: EnvironmentSource }[];
  readonly envFrom?: readonly { readonly secretRef?: ObjectReference; readonly configMapRef?: ObjectReference }[];
}

export interface ObjectReference {
  readonly name: string;
  readonly optional?: boolean;
}

export interface EnvironmentSource {
  readonly secretKeyRef?: ObjectReference & { readonly key: string };
  readonly configMapKeyRef?: ObjectReference & { readonly key: string };
}

export interface SecretProjection extends ObjectReference {
  readonly items?: readonly { readonly key: string; readonly path: string }[];
}

export interface Volume {
  readonly name: string;
  readonly secret?: { readonly secretName: string; readonly optional?: boolean };
  readonly configMap?: ObjectReference;
  readonly persistentVolumeClaim?: { readonly claimName: string };
  readonly projected?: { readonly sources: readonly { readonly secret?: SecretProjection; readonly configMap?: ObjectReference }[] };
}

/** How the container of a Pod ended. */
export interface Ended {
  readonly exitCode: number;
  /** The container's termination message. */
  readonly message?: string;
}

/** The containers run; whether the Pod is ready, its probes say. */
export function running(pod: Pod, { ready, restarts = 0, last }: { ready: boolean; restarts?: number; last?: Ended }): object {
  const state = { ready, started: true, restartCount: restarts, state: { running: { startedAt: now() } } };
  return {
    phase: 'Running',
    startTime: now(),
    conditions: conditions(ready, ready ? undefined : 'ContainersNotReady'),
    containerStatuses: containers(pod, { ...state, ...(last && { lastState: { terminated: terminated(last) } }) }),
  };
}

/** The containers cannot start. */
export function waiting(pod: Pod, reason: string, message: string): object {
  const state = { ready: false, started: false, restartCount: 0, state: { waiting: { reason, message } } };
  return { phase: 'Pending', conditions: conditions(false, 'ContainersNotReady'), containerStatuses: containers(pod, state) };
}

/** The Pod has done its work, or has failed for good. */
export function ended(pod: Pod, how: Ended, restarts = 0): object {
  const state = { ready: false, started: false, restartCount: restarts, state: { terminated: terminated(how) } };
  return {
    phase: how.exitCode === 0 ? 'Succeeded' : 'Failed',
    conditions: conditions(false, how.exitCode === 0 ? 'PodCompleted' : 'PodFailed'),
    containerStatuses: containers(pod, state),
  };
}

const now = (): string => new Date().toISOString().replace(/\.\d+Z$/, 'Z');

function containers({ spec }: Pod, state: object): object[] {
  return spec.containers.map(({ name, image }) => ({ name, image, imageID: image, ...state }));
}

function terminated({ exitCode, message = '' }: Ended): object {
  // The kubelet keeps the last 4096 bytes.
  const at = { startedAt: now(), finishedAt: now() };
  return { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', message: message.slice(-4096), ...at };
}

function conditions(ready: boolean, reason: string | undefined): Condition[] {
  const is = (type: string, wanted: boolean): Condition => ({
    type,
    status: wanted ? 'True' : 'False',
    lastTransitionTime: now(),
    ...(!wanted && reason !== undefined && { reason }),
  });
  return [is('PodScheduled', true), is('Initialized', true), is('ContainersReady', ready), is('Ready', ready)];
}
