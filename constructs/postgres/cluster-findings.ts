import type { PostgresClusterSpec } from '../../imports/postgres-operator.crunchydata.com';
import type { Plain, PlainPart } from '../plain';
import type { Finding } from '../../manifests/finding';
import { label, serviceLabel } from '../syntax/name';
import { byteQuantity } from '../syntax/byte-quantity';
import { schedule } from '../syntax/schedule';
import { type Backup, REPOSITORIES } from './backup';
import { type Repository, repositoryOf } from './pgbackrest';

type Spec = Plain<PostgresClusterSpec>;
/** What the rules read besides the spec. */
interface ClusterFacts {
  readonly name: string;
  readonly synchronous?: boolean;
  readonly backups?: readonly Backup[];
  /** The part of the spec that was passed through, before it was merged. */
  readonly spec?: PlainPart<PostgresClusterSpec>;
}

type Located = [string, Finding | undefined];

/**
 * The CronJob of a backup is called `<cluster>-repo1-full` and may have 52 characters, a StatefulSet `<cluster>-<set>-xxxx` likewise:
 * the first leaves 41 for the cluster. PGO's CRD checks neither.
 */
const LONGEST_NAME = 40;
const LONGEST_NAME_WITH_SET = 46;

/** PGO 5.8 names images for these versions only (its RELATED_IMAGE_POSTGRES_* variables). */
const OLDEST_WITH_IMAGE = 15;
const OLDEST = 11;
const NEWEST = 18;

/** What is wrong with a cluster: above all what the API server accepts and PGO then refuses, or reports in its log only. */
export function clusterFindings(props: ClusterFacts, spec: Spec): Located[] {
  return [
    ['name', serviceLabel(props.name, LONGEST_NAME)],
    ...versionFindings(spec),
    ...instanceFindings(props, spec),
    ...userFindings(spec),
    ...repositoryFindings(props.backups ?? []),
    ...backupFindings(props, spec),
    ...restoreFindings(spec),
  ];
}

function versionFindings({ postgresVersion, image }: Spec): Located[] {
  // The type check reports text: one finding is enough.
  if (typeof postgresVersion !== 'number') return [];
  if (!Number.isInteger(postgresVersion) || postgresVersion < OLDEST || postgresVersion > NEWEST) {
    const message = `must be a major version of PostgreSQL from ${OLDEST} to ${NEWEST}; got ${postgresVersion}.`;
    return [['version', { message, remedy: 'Use a version that PGO supports.' }]];
  }
  if (postgresVersion >= OLDEST_WITH_IMAGE || image !== undefined) return [];
  const message = `must be set for PostgreSQL ${postgresVersion}, because PGO has no image for it and would not create the cluster; got none.`;
  return [['image', { message, remedy: `Set an image with its tag, or use version ${OLDEST_WITH_IMAGE} or later.` }]];
}

function instanceFindings({ name: cluster, synchronous }: ClusterFacts, { instances }: Spec): Located[] {
  const pods = instances.reduce((sum, { replicas = 1 }) => sum + replicas, 0);
  return [
    ...instances.flatMap(({ name = '', replicas = 1, dataVolumeClaimSpec, walVolumeClaimSpec }, index): Located[] => [
      [`spec.instances[${index}].name`, nameFits(cluster, name)],
      [`spec.instances[${index}].replicas`, isCount(replicas) ? undefined : tooFewReplicas(replicas)],
      ...claimFindings(`spec.instances[${index}].dataVolumeClaimSpec`, dataVolumeClaimSpec),
      ...claimFindings(`spec.instances[${index}].walVolumeClaimSpec`, walVolumeClaimSpec),
    ]),
    ['synchronous', synchronous && pods < 2 ? noStandby(pods) : undefined],
  ];
}

/** The type check reports text. */
function isCount(replicas: unknown): boolean {
  return typeof replicas !== 'number' || (Number.isInteger(replicas) && replicas >= 1);
}

function nameFits(cluster: string, set: string): Finding | undefined {
  const length = cluster.length + set.length;
  if (length <= LONGEST_NAME_WITH_SET || cluster.length > LONGEST_NAME) return undefined;
  return {
    message: `must have at most ${LONGEST_NAME_WITH_SET} characters together with the cluster's name "${cluster}"; got ${length}.`,
    remedy: 'Shorten one of the two: they are in the names of StatefulSets.',
  };
}

function tooFewReplicas(replicas: number): Finding {
  return { message: `must be an integer >= 1; got ${replicas}.`, remedy: 'Use 2 or more for a cluster that survives the loss of a pod.' };
}

function noStandby(pods: number): Finding {
  return {
    message: `must be false without a standby that a commit can wait for; got true with ${pods} pod.`,
    remedy: 'Set replicas to 2 or more, or remove synchronous.',
  };
}

type Claim = Spec['instances'][number]['dataVolumeClaimSpec'];

function claimFindings(field: string, claim: Claim | undefined): Located[] {
  const storage = claim?.resources?.requests?.storage;
  return storage === undefined ? [] : [[`${field}.resources.requests.storage`, byteQuantity(String(storage))]];
}

/** PGO's pattern for names, and its rules for options. */
function userFindings({ users = [] }: Spec): Located[] {
  return users.flatMap(({ name, databases, options }, index): Located[] => [
    [`users[${index}].name`, label(name)],
    [`users[${index}].databases`, name === 'postgres' ? ofSuperuser(databases) : undefined],
    [`users[${index}].options`, name === 'postgres' ? ofSuperuser(options) : undefined],
    [`users[${index}].name`, users.findIndex((user) => user.name === name) < index ? secondUser(name) : undefined],
    [`users[${index}].options`, options !== undefined && /password|--|\/\*|;/i.test(options) ? unsafeOptions(options) : undefined],
  ]);
}

/** https://access.crunchydata.com/documentation/postgres-operator/latest/tutorials/basic-setup/user-management */
function ofSuperuser(value: unknown): Finding | undefined {
  if (value === undefined) return undefined;
  return {
    message: `must be left out for the superuser "postgres", for which PGO ignores it; got ${JSON.stringify(value)}.`,
    remedy: 'Remove it, or declare another user.',
  };
}

function secondUser(name: string): Finding {
  return { message: `must be unique; got "${name}" twice.`, remedy: 'Give one user all the databases, or rename one of the two.' };
}

function unsafeOptions(options: string): Finding {
  return { message: `must not contain PASSWORD, comments or ";"; got "${options}".`, remedy: 'Remove them: PGO generates the password.' };
}

/** By position, removing the first backup would give its name to another destination, and PGO would delete the volume at once. */
function repositoryFindings(backups: readonly Backup[]): Located[] {
  const names = backups.map(repositoryOf);
  return backups.flatMap(({ repository }, index): Located[] => {
    const field = `backups[${index}].repository`;
    const free = REPOSITORIES.find((name) => !names.slice(0, index).includes(name)) ?? 'repo4';
    return [
      [field, repository === undefined && index > 0 ? unnamedRepository(free) : undefined],
      [field, repository !== undefined && names.indexOf(repository) < index ? usedRepository(repository) : undefined],
    ];
  });
}

function unnamedRepository(free: string): Finding {
  return {
    message: 'must be set for every backup but the first, so that the others can be removed; got none.',
    remedy: `Set repository: '${free}', or the name under which its backups exist already.`,
  };
}

function usedRepository(name: string): Finding {
  return { message: `must be unique; got "${name}" twice.`, remedy: `Use another of ${REPOSITORIES.join(', ')}.` };
}

function backupFindings(props: ClusterFacts, { backups }: Spec): Located[] {
  const { repos = [], global = {} } = backups?.pgbackrest ?? {};
  const passedThrough = (props.spec?.backups?.pgbackrest?.configuration ?? []).length > 0;
  return repos.flatMap((repository, index): Located[] => {
    const field = `spec.backups.pgbackrest.repos[${index}]`;
    const { name, schedules = {}, volume } = repository;
    const backup = props.backups?.[index];
    const named = passedThrough || (backup && backup.kind !== 'volume' && backup.credentials !== undefined);
    return [
      [`${field}.name`, repositoryName(name)],
      ...claimFindings(`${field}.volume.volumeClaimSpec`, volume?.volumeClaimSpec),
      ...Object.entries(schedules).map(([kind, cron]): Located => [`${field}.schedules.${kind}`, schedule(String(cron))]),
      [field, named || needsNone(repository, global) ? undefined : noCredentials(repository)],
      [
        backup?.keepFull === undefined ? retentionField(name, 'full') : `backups[${index}].keepFull`,
        retention(global[`${name}-retention-full`]),
      ],
      [
        backup?.keepDifferential === undefined ? retentionField(name, 'diff') : `backups[${index}].keepDifferential`,
        retention(global[`${name}-retention-diff`]),
      ],
    ];
  });
}

/** PGO's pattern is `^repo[1-4]` without an end: the API server accepts repo10, and PGO then writes a configuration that pgBackRest refuses. */
function repositoryName(name: string): Finding | undefined {
  if (/^repo[1-4]$/.test(name)) return undefined;
  return { message: `must be one of ${REPOSITORIES.join(', ')}; got "${name}".`, remedy: 'pgBackRest knows these four.' };
}

/** A volume needs no credentials, and neither does a pod that gets its rights from the cloud. */
function needsNone({ name, s3, azure, gcs }: Repository, global: Readonly<Record<string, string>>): boolean {
  return (
    (!s3 && !azure && !gcs) || `${name}-s3-key-type` in global || `${name}-azure-key-type` in global || `${name}-gcs-key-type` in global
  );
}

function noCredentials({ name, s3 }: Repository): Finding {
  return {
    message: `must have credentials for ${s3 ? 'S3' : 'the object store'}, or the first backup fails; got none for ${name}.`,
    remedy: "Name the Secret that contains them: credentials: 'my-postgres-backup'. docs/backups.md shows its format.",
  };
}

function retentionField(repository: string, kind: string): string {
  return `spec.backups.pgbackrest.global.${repository}-retention-${kind}`;
}

/** https://pgbackrest.org/configuration.html#section-repository */
function retention(value: string | undefined): Finding | undefined {
  if (value === undefined || /^[1-9][0-9]{0,6}$/.test(value)) return undefined;
  return { message: `must be an integer from 1 to 9999999; got ${value}.`, remedy: 'Keep at least one backup.' };
}

function restoreFindings({ dataSource }: Spec): Located[] {
  const repository = dataSource?.postgresCluster?.repoName;
  return repository === undefined ? [] : [['restore.repository', repositoryName(repository)]];
}
