/**
 * Plays the part of k3s' local-path provisioner: a claim that a Pod mentions gets a volume of its own, which goes with it. No claim waits for
 * room. Binding the two is done by the real controller.
 */
import { Api, FROM_MEMORY, type Live } from './api';
import { Loop } from './loop';
import type { Pod } from './pod-status';

export const STORAGE_CLASS = 'local-path';

const PROVISIONER = 'rancher.io/local-path';

/** The StorageClass of stock k3s, its default. */
export const storageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: STORAGE_CLASS, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: PROVISIONER,
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'WaitForFirstConsumer',
};

interface Claim extends Live {
  readonly spec: {
    readonly accessModes: readonly string[];
    readonly storageClassName?: string;
    readonly resources: { readonly requests: { readonly storage: string } };
  };
  readonly status: { readonly phase: string };
}

interface Volume extends Live {
  readonly status: { readonly phase: string };
}

export class Volumes {
  private readonly api: Api;
  private readonly loop: Loop;

  constructor(kubeconfig: string) {
    this.api = new Api(kubeconfig);
    this.loop = new Loop(() => this.round());
  }

  async stop(): Promise<void> {
    await this.loop.stop();
    this.api.close();
  }

  private async round(): Promise<void> {
    const volumes = await this.api.list<Volume>('/api/v1/persistentvolumes', FROM_MEMORY);
    for (const { metadata, status } of volumes) {
      if (status.phase === 'Released' && metadata.deletionTimestamp === undefined) {
        await this.api.delete(`/api/v1/persistentvolumes/${metadata.name}`);
      }
    }
    const claims = await this.api.list<Claim>('/api/v1/persistentvolumeclaims', FROM_MEMORY);
    const pending = claims.filter(
      ({ metadata, spec, status }) =>
        status.phase === 'Pending' &&
        spec.storageClassName === STORAGE_CLASS &&
        !volumes.some((volume) => volume.metadata.name === volumeFor(metadata.uid)),
    );
    if (pending.length > 0) await this.provision(pending);
  }

  private async provision(claims: readonly Claim[]): Promise<void> {
    const pods = await this.api.list<Pod>('/api/v1/pods', FROM_MEMORY);
    const mentioned = new Set(
      pods.flatMap(({ metadata, spec }) =>
        (spec.volumes ?? []).map(({ persistentVolumeClaim }) => `${metadata.namespace}/${persistentVolumeClaim?.claimName}`),
      ),
    );
    for (const { metadata, spec } of claims) {
      const { name, namespace, uid } = metadata;
      if (!mentioned.has(`${namespace}/${name}`)) continue;
      await this.api.create('/api/v1/persistentvolumes', {
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name: volumeFor(uid), annotations: { 'pv.kubernetes.io/provisioned-by': PROVISIONER } },
        spec: {
          accessModes: spec.accessModes,
          capacity: { storage: spec.resources.requests.storage },
          storageClassName: STORAGE_CLASS,
          persistentVolumeReclaimPolicy: 'Delete',
          claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid },
          hostPath: { path: `/var/lib/rancher/k3s/storage/${volumeFor(uid)}` },
        },
      });
    }
  }
}

const volumeFor = (uid: string): string => `pvc-${uid}`;
