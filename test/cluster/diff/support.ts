import type { Manifest } from '../../../manifests/manifest';
import type { LiveObject, ManagedFields } from '../../../cluster/objects/live-object';

/** An object as the API server shows it, with the noise that it puts around a manifest. */
export function live(manifest: Manifest, { managedFields, resourceVersion = '1' }: LiveOptions = {}): LiveObject {
  return {
    ...manifest,
    metadata: {
      ...manifest.metadata,
      uid: '5d3f9a46-9c3f-4f0e-8a55-0d6a4f7f1b11',
      creationTimestamp: '2026-01-01T00:00:00Z',
      generation: Number(resourceVersion),
      resourceVersion,
      ...(managedFields && { managedFields }),
    },
  };
}

export interface LiveOptions {
  readonly managedFields?: readonly ManagedFields[];
  readonly resourceVersion?: string;
}

export function configMap(data: Readonly<Record<string, string>>, annotations?: Readonly<Record<string, string>>): Manifest {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one', namespace: 'cvat', ...(annotations && { annotations }) }, data };
}

export function secret(fields: object, annotations?: Readonly<Record<string, string>>): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'one', namespace: 'cvat', ...(annotations && { annotations }) },
    type: 'Opaque',
    ...fields,
  };
}
