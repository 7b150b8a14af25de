/** Where a cluster's backups go, when they are made and how long they are kept: a repository of pgBackRest. */
export type Backup = VolumeBackup | S3Backup | AzureBackup;

interface BackupPlan {
  /** When a full backup is made, as a CronJob's schedule in UTC: `0 1 * * 0`. Left out: only the first one, when the cluster is made. */
  readonly full?: string;
  /** When a differential backup is made: what has changed since the last full one. */
  readonly differential?: string;
  /** When an incremental backup is made: what has changed since the last backup of any kind. */
  readonly incremental?: string;
  /**
   * How many full backups are kept, with everything that depends on them. pgBackRest has no default: without a number it keeps all of
   * them, until the disk is full and the database stops.
   */
  readonly keepFull?: number;
  /** How many differential backups are kept within the full ones. */
  readonly keepDifferential?: number;
}

interface VolumeBackup extends BackupPlan {
  readonly kind: 'volume';
  /** A quantity: `5Gi`. Reckon with the database's size for every full backup that is kept, plus its write-ahead log. */
  readonly size: string;
  /** @default the cluster's default StorageClass */
  readonly storageClassName?: string;
}

interface ObjectStoreBackup extends BackupPlan {
  /**
   * The Secret, in the cluster's namespace, with the credentials: a key `s3.conf` or `azure.conf` with lines of pgBackRest's configuration.
   * docs/backups.md shows one. Leave it out only where the pods get their rights from the cloud (then say so through `spec`).
   */
  readonly credentials?: string;
  /**
   * The folder in the bucket or container.
   * @default /pgbackrest/<namespace>/<cluster>/<repository>, so that clusters can share a bucket
   */
  readonly path?: string;
}

interface S3Location {
  readonly bucket: string;
  /** Host of the service, without scheme: `s3.eu-west-1.amazonaws.com`. */
  readonly endpoint: string;
  readonly region: string;
}

interface S3Backup extends ObjectStoreBackup, S3Location {
  readonly kind: 's3';
}

interface AzureBackup extends ObjectStoreBackup {
  readonly kind: 'azure';
  /** The blob container. The storage account's name stands in the Secret, with its key. */
  readonly container: string;
}

/** Backups on a volume beside the database. PGO deletes the volume with the cluster: it protects from mistakes, not from that. */
export function toVolume(backup: Omit<VolumeBackup, 'kind'>): Backup {
  return { kind: 'volume', ...backup };
}

/** Backups in an S3 bucket, or in anything that speaks S3. They stay when the cluster is deleted. */
export function toS3(backup: Omit<S3Backup, 'kind'>): Backup {
  return { kind: 's3', ...backup };
}

/** Backups in an Azure blob container. They stay when the cluster is deleted. */
export function toAzure(backup: Omit<AzureBackup, 'kind'>): Backup {
  return { kind: 'azure', ...backup };
}

/** What a new cluster is filled with, once, when it is made. */
export type Restore = ClusterRestore | S3Restore;

interface RestorePoint {
  /**
   * The moment to go back to, as PostgreSQL writes it, with its time zone: `2026-11-20 14:30:00+00`.
   * @default the end of the write-ahead log: everything
   */
  readonly at?: string;
}

interface ClusterRestore extends RestorePoint {
  readonly kind: 'cluster';
  /** The PostgresCluster whose backups are read. It goes on running. */
  readonly name: string;
  /** @default the new cluster's namespace */
  readonly namespace?: string;
  /** Which of its repositories: `repo1` is the first of its backups. */
  readonly repository: string;
}

interface S3Restore extends RestorePoint, S3Location {
  readonly kind: 's3';
  /** As in toS3: the Secret with the credentials, whose lines name `repo1`. */
  readonly credentials: string;
  /** The folder in the bucket that the lost cluster wrote to: `/pgbackrest/cvat/my-postgres/repo1`. */
  readonly path: string;
}

/** A clone of a cluster that exists, now or as it was at a moment. */
export function fromCluster(source: Omit<ClusterRestore, 'kind'>): Restore {
  return { kind: 'cluster', ...source };
}

/** What is left in S3 of a cluster that no longer exists. */
export function fromS3(source: Omit<S3Restore, 'kind'>): Restore {
  return { kind: 's3', ...source };
}
