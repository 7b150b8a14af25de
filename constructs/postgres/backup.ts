/** Where a cluster's backups go, when they are created and how long they are kept: a repository of pgBackRest. */
export type Backup = VolumeBackup | S3Backup | AzureBackup;

/** The names of pgBackRest's repositories: PGO knows these four. */
export const REPOSITORIES = ['repo1', 'repo2', 'repo3', 'repo4'] as const;
export type RepositoryName = (typeof REPOSITORIES)[number];

interface BackupPlan {
  /**
   * The name of the repository, which is in its volume's name, its path and the lines of its Secret. Never give it to another destination:
   * PGO deletes the old volume at once. To move backups, add a repository, wait for a full backup in it, and remove the old one.
   * @default repo1 for the first backup; every other one must have a name
   */
  readonly repository?: RepositoryName;
  /** When a full backup is created, as a CronJob's schedule in UTC: `0 1 * * 0`. @default only once, when the cluster is created */
  readonly full?: string;
  /** When a differential backup is created: what has changed since the last full one. A schedule like `full`. @default never */
  readonly differential?: string;
  /** When an incremental backup is created: what has changed since the last backup of any kind. A schedule like `full`. @default never */
  readonly incremental?: string;
  /**
   * The number of full backups that are kept, with the backups that depend on them.
   * @default all of them, until the volume is full and the database stops
   */
  readonly keepFull?: number;
  /** The number of differential backups that are kept within the full ones. @default all of them */
  readonly keepDifferential?: number;
}

interface VolumeBackup extends BackupPlan {
  readonly kind: 'volume';
  /** A quantity: `5Gi`. Plan the size of the database for each full backup that is kept, plus its write-ahead log. */
  readonly size: string;
  /** Cannot be changed later. @default the cluster's default StorageClass */
  readonly storageClassName?: string;
}

interface ObjectStoreBackup extends BackupPlan {
  /**
   * The Secret, in the cluster's namespace, with the credentials: a key `s3.conf` or `azure.conf` with lines of pgBackRest's configuration,
   * which name the repository: `repo2-s3-key=…`. docs/backups.md shows one.
   * @default none: the pods get their rights from the cloud, as `spec` says
   */
  readonly credentials?: string;
  /**
   * The folder in the bucket or container. Backups in another folder are not found.
   * @default /pgbackrest/<namespace>/<cluster>/<repository>, so that clusters can share a bucket
   */
  readonly path?: string;
}

interface S3Location {
  /** The bucket, which must exist. */
  readonly bucket: string;
  /** The host of the service, without scheme: `s3.eu-west-1.amazonaws.com`. */
  readonly endpoint: string;
  /** The region of the bucket: `eu-west-1`. */
  readonly region: string;
}

interface S3Backup extends ObjectStoreBackup, S3Location {
  readonly kind: 's3';
}

interface AzureBackup extends ObjectStoreBackup {
  readonly kind: 'azure';
  /** The blob container, which must exist. The storage account's name is in the Secret, with its key. */
  readonly container: string;
}

/** Backups on a volume beside the database. PGO deletes the volume with the cluster. */
export function toVolume(backup: Omit<VolumeBackup, 'kind'>): Backup {
  return { kind: 'volume', ...backup };
}

/** Backups in an S3 bucket, or in a service with the same API. They are kept when the cluster is deleted. */
export function toS3(backup: Omit<S3Backup, 'kind'>): Backup {
  return { kind: 's3', ...backup };
}

/** Backups in an Azure blob container. They are kept when the cluster is deleted. */
export function toAzure(backup: Omit<AzureBackup, 'kind'>): Backup {
  return { kind: 'azure', ...backup };
}

/** The backup that a new cluster is restored from. */
export type Restore = ClusterRestore | S3Restore | AzureRestore;

interface RestorePoint {
  /**
   * The point in time to restore, with the offset of its time zone: `2026-11-20 14:30:00+00`. Not in the future: the restore then fails.
   * @default the end of the write-ahead log
   */
  readonly at?: string;
}

interface ClusterRestore extends RestorePoint {
  readonly kind: 'cluster';
  /** The PostgresCluster whose backups are read. It keeps running. */
  readonly name: string;
  /** Its namespace. @default the new cluster's namespace */
  readonly namespace?: string;
  /** The repository of that cluster to restore from. */
  readonly repository: RepositoryName;
}

interface ObjectStoreRestore extends RestorePoint {
  /** As in toS3 and toAzure: the Secret with the credentials, whose lines name `repository`. */
  readonly credentials: string;
  /** The name that the repository had in the lost cluster. @default repo1 */
  readonly repository?: RepositoryName;
  /** The folder in the bucket or container that the lost cluster wrote to: `/pgbackrest/cvat/my-postgres/repo1`. */
  readonly path: string;
}

interface S3Restore extends ObjectStoreRestore, S3Location {
  readonly kind: 's3';
}

interface AzureRestore extends ObjectStoreRestore {
  readonly kind: 'azure';
  /** The blob container that the lost cluster wrote to. */
  readonly container: string;
}

/** A restore of a running cluster over its own data, from its own backups. Everything written after `at` is lost. */
export interface InPlaceRestore extends RestorePoint {
  /**
   * The name of this restore: `before-the-import`. PGO restores when it differs from the one before, which is the only one that it remembers.
   * Remove the restore when it is done.
   */
  readonly id: string;
  /** The repository of the cluster to restore from. */
  readonly repository: RepositoryName;
}

/** A clone of a cluster that exists, as it is now or as it was at a point in time. */
export function fromCluster(source: Omit<ClusterRestore, 'kind'>): Restore {
  return { kind: 'cluster', ...source };
}

/** The backups in S3 of a cluster that no longer exists. */
export function fromS3(source: Omit<S3Restore, 'kind'>): Restore {
  return { kind: 's3', ...source };
}

/** The backups in Azure of a cluster that no longer exists. */
export function fromAzure(source: Omit<AzureRestore, 'kind'>): Restore {
  return { kind: 'azure', ...source };
}
