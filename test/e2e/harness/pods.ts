/**
 * Plays the part of nodes for all Pods but those of helm-jobs.ts: nothing runs, and yet Pods become ready, and Jobs complete. A Pod waits, as it
 * would on a node, until its volumes are bound and the Secrets and ConfigMaps that it names are there.
 *
 * Left out: Pods are bound to no node, so that they need neither a scheduler nor room, and go at once when they are deleted. Probes, init
 * containers, resources and images are not looked at. No container ever starts again. Pods have no address: they would be endpoints of Services on
 * a node that is not there, of which Kubernetes warns without end.
 */
import { Api, FROM_MEMORY, type Live } from './api';
import { CHART_LABEL } from './helm-jobs';
import { Loop } from './loop';
import { type Container, ended, type Pod, running, waiting } from './pod-status';

/** An annotation of a Job's Pod: what its container ends with, instead of 0. */
const EXIT_CODE = 'stand-in/exit-code';

interface Claim extends Live {
  readonly status: { readonly phase: string };
}

interface Data extends Live {
  readonly data?: Readonly<Record<string, string>>;
}

/** What Pods can ask for, by `namespace/name`. */
interface Found {
  readonly secrets: ReadonlyMap<string, Data>;
  readonly configMaps: ReadonlyMap<string, Data>;
  readonly boundClaims: ReadonlySet<string>;
}

/** Something that a container names. */
interface Wanted {
  readonly kind: 'secret' | 'configmap';
  readonly name: string;
  readonly key?: string;
  readonly optional: boolean;
}

export class Pods {
  private readonly api: Api;
  private readonly loop: Loop;
  private readonly held = new Set<string>();
  /** What was written last, by uid: the status is written when it has to change, and not for its times. */
  private readonly written = new Map<string, string>();

  constructor(kubeconfig: string) {
    this.api = new Api(kubeconfig);
    this.loop = new Loop(() => this.round());
  }

  /** From now on, Pods whose names begin like that run without becoming ready, and those that were are so no more. */
  hold(name: string): void {
    this.held.add(name);
  }

  /** Ends `hold`. */
  release(name: string): void {
    this.held.delete(name);
  }

  async stop(): Promise<void> {
    await this.loop.stop();
    this.api.close();
  }

  private async round(): Promise<void> {
    const pods = (await this.api.list<Pod>('/api/v1/pods', { ...FROM_MEMORY, labelSelector: `!${CHART_LABEL}` })).filter(
      ({ metadata, status }) => metadata.deletionTimestamp === undefined && !['Succeeded', 'Failed'].includes(status.phase),
    );
    const undone = pods.filter((pod) => this.written.get(pod.metadata.uid) !== this.wanted(pod));
    if (undone.length === 0) return;
    const found = await this.find();
    await Promise.all(undone.map((pod) => this.advance(pod, found)));
  }

  private async find(): Promise<Found> {
    const by = <Kind extends Live>(objects: readonly Kind[]): Map<string, Kind> =>
      new Map(objects.map((object) => [`${object.metadata.namespace}/${object.metadata.name}`, object]));
    const [secrets, configMaps, claims] = await Promise.all([
      this.api.list<Data>('/api/v1/secrets', FROM_MEMORY),
      this.api.list<Data>('/api/v1/configmaps', FROM_MEMORY),
      this.api.list<Claim>('/api/v1/persistentvolumeclaims', FROM_MEMORY),
    ]);
    const bound = by(claims.filter(({ status }) => status.phase === 'Bound'));
    return { secrets: by(secrets), configMaps: by(configMaps), boundClaims: new Set(bound.keys()) };
  }

  private wanted({ metadata }: Pod): 'held' | 'done' {
    return [...this.held].some((name) => metadata.name.startsWith(name)) ? 'held' : 'done';
  }

  private async advance(pod: Pod, found: Found): Promise<void> {
    const { uid, name, namespace, annotations = {}, ownerReferences = [] } = pod.metadata;
    const missing = missingFor(pod, found);
    const wanted = missing === undefined ? this.wanted(pod) : `waits: ${missing}`;
    if (this.written.get(uid) === wanted) return;
    const status = (): object => {
      if (missing !== undefined) return waiting(pod, 'CreateContainerConfigError', missing);
      if (wanted === 'held') return running(pod, { ready: false });
      if (ownerReferences.some(({ kind }) => kind === 'Job')) return ended(pod, { exitCode: Number(annotations[EXIT_CODE] ?? 0) });
      return running(pod, { ready: true });
    };
    await this.api.patch(`/api/v1/namespaces/${namespace}/pods/${name}/status`, { status: status() });
    this.written.set(uid, wanted);
  }
}

/** Why the containers of the Pod cannot start, in the kubelet's words. */
function missingFor({ metadata: { namespace }, spec }: Pod, { secrets, configMaps, boundClaims }: Found): string | undefined {
  const claims = (spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
  const unbound = claims.find((name) => !boundClaims.has(`${namespace}/${name}`));
  if (unbound !== undefined) return `persistentvolumeclaim "${unbound}" is not bound`;
  const volumes: Wanted[] = (spec.volumes ?? []).flatMap(({ secret, configMap }) => [
    ...(secret ? [{ kind: 'secret' as const, name: secret.secretName, optional: secret.optional ?? false }] : []),
    ...(configMap ? [{ kind: 'configmap' as const, name: configMap.name, optional: configMap.optional ?? false }] : []),
  ]);
  const wanted = [...volumes, ...[...spec.containers, ...(spec.initContainers ?? [])].flatMap(wantedBy)];
  for (const { kind, name, key } of wanted.filter(({ optional }) => !optional)) {
    const object = (kind === 'secret' ? secrets : configMaps).get(`${namespace}/${name}`);
    if (object === undefined) return `${kind} "${name}" not found`;
    if (key !== undefined && !(key in (object.data ?? {}))) return `couldn't find key ${key} in ${kind} ${namespace}/${name}`;
  }
  return undefined;
}

function wantedBy({ env = [], envFrom = [] }: Container): Wanted[] {
  const single = env.flatMap(({ valueFrom }) => [
    ...(valueFrom?.secretKeyRef ? [{ kind: 'secret' as const, ...valueFrom.secretKeyRef }] : []),
    ...(valueFrom?.configMapKeyRef ? [{ kind: 'configmap' as const, ...valueFrom.configMapKeyRef }] : []),
  ]);
  const whole = envFrom.flatMap(({ secretRef, configMapRef }) => [
    ...(secretRef ? [{ kind: 'secret' as const, ...secretRef }] : []),
    ...(configMapRef ? [{ kind: 'configmap' as const, ...configMapRef }] : []),
  ]);
  return [...single, ...whole].map((reference) => ({ ...reference, optional: reference.optional ?? false }));
}
