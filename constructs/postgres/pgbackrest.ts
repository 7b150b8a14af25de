import type { PostgresClusterSpec } from '../../imports/postgres-operator.crunchydata.com';
import type { Need } from '../../manifests/reference';
import type { Plain } from '../plain';
import type { Backup, InPlaceRestore, Restore } from './backup';
import { volumeClaim } from './volume-claim';

type Backups = NonNullable<Plain<PostgresClusterSpec>['backups']>;
export type Repository = NonNullable<Backups['pgbackrest']>['repos'][number];
type DataSource = NonNullable<Plain<PostgresClusterSpec>['dataSource']>;

/** pgBackRest's name for a cluster's backups within a repository: PGO always uses this one. */
const STANZA = 'db';

/** A cluster's name and namespace. */
export interface Place {
  readonly name: string;
  readonly namespace?: string;
}

/** The repository of each backup. One that has no name gets one by its position, which is a problem unless it is the first. */
export function repositoryOf({ repository }: Backup, index: number): string {
  return repository ?? `repo${index + 1}`;
}

/** The backups as PGO's spec says them. New standbys are created from the first repository in the list. */
export function backupsSpec(place: Place, backups: readonly Backup[]): Backups {
  const named = backups.map((backup, index) => ({ backup, repository: repositoryOf(backup, index) }));
  const global = Object.assign({}, ...named.map(({ backup, repository }) => options(place, backup, repository))) as Record<string, string>;
  const secrets = [...new Set(backups.flatMap((backup) => (backup.kind === 'volume' ? [] : (backup.credentials ?? []))))];
  return {
    pgbackrest: {
      ...(secrets.length > 0 && { configuration: secrets.map((name) => ({ secret: { name } })) }),
      ...(Object.keys(global).length > 0 && { global }),
      repos: named.map(({ backup, repository }) => ({ name: repository, ...destination(backup), ...schedules(backup) })),
    },
  };
}

/** What the installer must provide: the credentials of buckets and containers, and a cluster to clone. */
export function backupNeeds(place: Place, backups: readonly Backup[], restore: Restore | undefined): Need[] {
  const sources = [...backups, ...(restore && restore.kind !== 'cluster' ? [restore] : [])];
  const files = new Map<string, Set<string>>();
  for (const source of sources) {
    const name = source.kind === 'volume' ? undefined : source.credentials;
    if (name !== undefined) files.set(name, (files.get(name) ?? new Set()).add(source.kind === 'azure' ? 'azure.conf' : 's3.conf'));
  }
  const kubectl = place.namespace === undefined ? 'kubectl' : `kubectl -n ${place.namespace}`;
  const secrets = [...files].map(([name, keys]) => ({
    kind: 'Secret',
    namespace: place.namespace,
    name,
    keys: [...keys],
    remedy: `${kubectl} create secret generic ${name} ${[...keys].map((key) => `--from-file=${key}`).join(' ')} (docs/backups.md shows the file)`,
  }));
  if (restore?.kind !== 'cluster') return secrets;
  const source = { namespace: restore.namespace ?? place.namespace, name: restore.name };
  return [...secrets, { kind: 'PostgresCluster', ...source, remedy: 'the cluster that is cloned: it must run until the clone does' }];
}

/** What a new cluster is restored from, as PGO's spec says it. */
export function dataSourceSpec(restore: Restore): DataSource {
  if (restore.kind === 'cluster') {
    return {
      postgresCluster: {
        clusterName: restore.name,
        ...(restore.namespace !== undefined && { clusterNamespace: restore.namespace }),
        repoName: restore.repository,
        ...pointInTime(restore),
      },
    };
  }
  const { repository = 'repo1' } = restore;
  return {
    pgbackrest: {
      stanza: STANZA,
      configuration: [{ secret: { name: restore.credentials } }],
      global: { [`${repository}-path`]: restore.path },
      repo: { name: repository, ...place(restore) },
      ...pointInTime(restore),
    },
  };
}

/** What a running cluster is restored from, over its data, as PGO's spec says it. An annotation starts it. */
export function inPlaceSpec(restore: InPlaceRestore): Backups {
  const request = { enabled: true, repoName: restore.repository, ...pointInTime(restore) };
  return { pgbackrest: { restore: request } } as unknown as Backups; // merged into backupsSpec, which has the repositories
}

function pointInTime({ at }: { readonly at?: string }): { options?: string[] } {
  return at === undefined ? {} : { options: ['--type=time', `--target="${at}"`] };
}

function destination(backup: Backup): Pick<Repository, 'volume' | 's3' | 'azure'> {
  switch (backup.kind) {
    case 'volume':
      return { volume: { volumeClaimSpec: volumeClaim(backup) } };
    case 's3':
    case 'azure':
      return place(backup);
  }
}

/** Where an object store is, for backups and for restores. */
function place(location: Exclude<Backup | Restore, { kind: 'volume' | 'cluster' }>): Pick<Repository, 's3' | 'azure'> {
  return location.kind === 'azure'
    ? { azure: { container: location.container } }
    : { s3: { bucket: location.bucket, endpoint: location.endpoint, region: location.region } };
}

function schedules({ full, differential, incremental }: Backup): Pick<Repository, 'schedules'> {
  const wanted = Object.entries({ full, differential, incremental }).filter(([, schedule]) => schedule !== undefined);
  return wanted.length > 0 ? { schedules: Object.fromEntries(wanted) } : {};
}

/** The folder of a repository in its bucket or container. */
export function pathOf({ name, namespace = 'default' }: Place, { path }: { readonly path?: string }, repository: string): string {
  return path ?? `/pgbackrest/${namespace}/${name}/${repository}`;
}

function options(cluster: Place, backup: Backup, repository: string): Record<string, string> {
  return {
    ...(backup.keepFull !== undefined && { [`${repository}-retention-full`]: String(backup.keepFull) }),
    ...(backup.keepDifferential !== undefined && { [`${repository}-retention-diff`]: String(backup.keepDifferential) }),
    ...(backup.kind !== 'volume' && { [`${repository}-path`]: pathOf(cluster, backup, repository) }),
  };
}
