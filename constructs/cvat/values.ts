import type { Values } from '../merge';
import type { DatabaseUser } from '../postgres/database-user';
import type { CvatProps, Volume, Workload } from './cvat';

/** The names of the Secrets that hold the passwords of CVAT's two caches, under the key `password`. */
export interface CacheSecrets {
  readonly redis: string;
  readonly kvrocks: string;
}

/**
 * What the chart is told, and no default of it twice.
 * The keys are those of helm-chart/values.yaml at CVAT 2.73.0: https://github.com/cvat-ai/cvat/blob/v2.73.0/helm-chart/values.yaml
 */
export function cvatValues(props: CvatProps, database: DatabaseUser, secrets: CacheSecrets): Values {
  const { storage, server, frontend, workers = {} } = props;
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
      // The chart would bring a PostgreSQL of its own, from images that are no longer maintained.
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
