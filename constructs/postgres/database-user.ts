import type { Reference } from '../../manifests/reference';

/** A user of a PostgresCluster, as the software that logs in with it needs to know it. No string of it is written twice. */
export interface DatabaseUser {
  /** The Service of the current primary. Not PgBouncer. */
  readonly host: string;
  readonly port: number;
  /** The Service behind `host`, which PGO makes. */
  readonly service: Reference;
  /** The Secret with everything to log in with, and the keys that PGO writes into it. */
  readonly secret: Reference;
  /** PostgreSQL's major version, or the one that its cluster is being upgraded to. @default unknown */
  readonly version?: number;
}

/** A cluster as data, whose users have literal names: `{ … } as const satisfies PostgresClusterProps`. */
interface DeclaredCluster {
  readonly name: string;
  readonly namespace: string;
  readonly version: number;
  readonly users: readonly { readonly name: string; readonly databases?: readonly string[] }[];
}

/**
 * A user of a PostgresCluster that is data, for the values and `reads` of a release that connects as it: `userOf(reports, 'metabase').secret.name`.
 * PostgresCluster.user is the same for constructs.
 *
 * @param name one of the cluster's users, if the cluster is declared with `as const`. The check missing-reference finds any other
 */
export function userOf<Cluster extends DeclaredCluster>(cluster: Cluster, name: Cluster['users'][number]['name']): DatabaseUser {
  const databases = cluster.users.find((user) => user.name === name)?.databases ?? [];
  return { ...databaseUser(cluster, name, databases.length > 0), version: cluster.version };
}

/** The keys that PGO writes into a user's Secret. https://access.crunchydata.com/documentation/postgres-operator/latest/tutorials/basic-setup/connect-cluster */
const KEYS = ['host', 'port', 'user', 'password', 'verifier'];

/** The keys that PGO adds when the user has a database. */
const DATABASE_KEYS = ['dbname', 'uri', 'jdbc-uri'];

/** The handle of a user, from what PGO names its objects. */
export function databaseUser(cluster: { name: string; namespace?: string }, user: string, hasDatabase: boolean): DatabaseUser {
  const { name, namespace } = cluster;
  return {
    host: `${name}-primary.${namespace ?? 'default'}.svc`,
    port: 5432,
    service: { kind: 'Service', namespace, name: `${name}-primary` },
    secret: {
      kind: 'Secret',
      namespace,
      name: `${name}-pguser-${user}`,
      keys: hasDatabase ? [...KEYS, ...DATABASE_KEYS] : KEYS,
    },
  };
}
