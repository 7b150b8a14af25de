import type { Values } from '../../manifests/merge';
import type { DatabaseUser } from '../postgres/database-user';
import type { CvatNames } from './names';

/** The queues of CVAT's background work, each with Deployments of its own. */
export type WorkerName = 'annotation' | 'chunks' | 'consensus' | 'export' | 'import' | 'qualityreports' | 'utils' | 'webhooks';

export interface Workload {
  /** Number of pods. Can be changed at any time. @default the chart's: 1, and 2 for the workers chunks, export and import */
  readonly replicas?: number;
  /** What each pod asks for and may use at most, as quantities: `{ requests: { cpu: '500m', memory: '1Gi' } }`. @default nothing */
  readonly resources?: {
    readonly requests?: Readonly<Record<string, string>>;
    readonly limits?: Readonly<Record<string, string>>;
  };
}

export interface Volume {
  /** A quantity: `10Gi`. */
  readonly size: string;
  /** @default the cluster's default StorageClass */
  readonly storageClassName?: string;
  /**
   * `ReadWriteOnce` where the StorageClass knows no other (k3s' local-path): then everything that mounts the volume must run on one node.
   * @default ReadWriteMany for data, ReadWriteOnce for the cache
   */
  readonly accessModes?: readonly string[];
}

/** Volumes, replicas and resources. */
export interface CvatSizes {
  readonly storage: {
    /** Images, videos and attachments. It has no backup. It is kept when CVAT is removed. */
    readonly data: Volume;
    /** The on-disk cache of kvrocks: chunks of images. Its size cannot be changed, because it is part of a StatefulSet. */
    readonly cache: Volume;
  };
  /**
   * The web server's pods. The chart gives its resources to the init containers of the workers annotation, export, import and utils too,
   * so that each of these pods reserves as much.
   */
  readonly server?: Workload;
  /** The pods of the frontend. */
  readonly frontend?: Workload;
  /** The pods of the background workers, by queue. */
  readonly workers?: Readonly<Partial<Record<WorkerName, Workload>>>;
}

/**
 * The values of the chart that differ from its defaults.
 * The keys are those of helm-chart/values.yaml at CVAT 2.73.0: https://github.com/cvat-ai/cvat/blob/v2.73.0/helm-chart/values.yaml
 */
export function cvatValues(sizes: CvatSizes, database: DatabaseUser, { secrets }: CvatNames): Values {
  const { storage, server, frontend, workers = {} } = sizes;
  return {
    cvat: {
      backend: {
        defaultStorage: volume(storage.data),
        ...(server && { server: workload(server) }),
        ...(Object.keys(workers).length > 0 && {
          worker: Object.fromEntries(Object.entries(workers).map(([name, settings]) => [name, workload(settings)])),
        }),
      },
      ...(frontend && { frontend: workload(frontend) }),
      kvrocks: {
        defaultStorage: volume(storage.cache),
        existingSecret: secrets.kvrocks,
        secret: { create: false, name: secrets.kvrocks },
      },
    },
    postgresql: {
      // The chart would install a PostgreSQL from images that are no longer maintained.
      enabled: false,
      external: { host: database.host, port: database.port },
      secret: { create: false, name: database.secret.name },
    },
    redis: {
      auth: { existingSecret: secrets.redis, existingSecretPasswordKey: 'password' },
      secret: { create: false, name: secrets.redis },
    },
    // Without Traefik's middlewares, /analytics is a Grafana whose every visitor is its administrator. Both switches: with ClickHouse left on,
    // its pod would wait for ever for the Secret that analytics makes.
    analytics: { enabled: false },
    clickhouse: { enabled: false },
  };
}

function volume({ size, storageClassName, accessModes }: Volume): Values {
  return { size, ...(storageClassName !== undefined && { storageClassName }), ...(accessModes && { accessModes }) };
}

function workload({ replicas, resources }: Workload): Values {
  return { ...(replicas !== undefined && { replicas }), ...(resources && { resources }) };
}
