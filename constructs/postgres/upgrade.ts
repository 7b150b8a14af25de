import type { PostgresClusterSpec } from '../../imports/postgres-operator.crunchydata.com';
import type { Finding } from '../../manifests/finding';
import type { Plain } from '../plain';
import { majorOf } from './spec-findings';

/** The upgrade of a running PostgresCluster to another major version of PostgreSQL. docs/upgrading.md leads through it. */
export interface PostgresUpgrade {
  /**
   * The major version to upgrade to: `16`. `version` stays the old one until `deploy` says that the upgrade has succeeded; then set `version` to
   * this number and remove `upgrade`. In between, the cluster is shut down.
   */
  readonly to: number;
  /**
   * The image with the programs of both versions, with its exact tag: `…/crunchy-upgrade:ubi9-18.6-2633`.
   * @default the image that PGO's release names. It may not have the programs of versions that PGO no longer supports
   */
  readonly image?: string;
}

type Spec = Plain<PostgresClusterSpec>;

/** PGO upgrades a PostgresCluster only while this annotation names the PGUpgrade. */
export const ALLOW_UPGRADE_ANNOTATION = 'postgres-operator.crunchydata.com/allow-upgrade';

const NEWEST = 18;

/** PGO names a Job `<PGUpgrade>-<cluster>-<instance set>-xxxx`, and a Job's name may have 63 characters. */
const LONGEST_JOB = 63;
const STATEFUL_SET_SUFFIX = '-xxxx'.length;

/**
 * The name of the PGUpgrade. PGO ignores changes of one that has succeeded, so each version has another name. A long name of the cluster leaves no
 * characters for itself a second time.
 */
export function upgradeName(cluster: string, { to }: PostgresUpgrade, { instances }: Spec): string {
  const longestSet = Math.max(0, ...instances.map(({ name = '' }) => name.length));
  const jobName = (name: string): number => `${name}-${cluster}-`.length + longestSet + STATEFUL_SET_SUFFIX;
  const name = `${cluster}-to-${to}`;
  return jobName(name) <= LONGEST_JOB ? name : `to-${to}`;
}

/** The spec of the PGUpgrade. */
export function upgradeSpec(cluster: string, { to, image }: PostgresUpgrade, { postgresVersion }: Spec): object {
  return {
    postgresClusterName: cluster,
    fromPostgresVersion: postgresVersion,
    toPostgresVersion: to,
    ...(image !== undefined && { image }),
  };
}

/** The tag of an image for upgrades names the newest version whose programs it has. The Job fails when the cluster is shut down already. */
export function upgradeImageFinding({ to, image }: PostgresUpgrade): Finding | undefined {
  const newest = image === undefined ? undefined : majorOf(image);
  if (newest === undefined || newest >= to) return undefined;
  return {
    message: `must have the programs of PostgreSQL ${to}; got "${image}" of PostgreSQL ${newest}.`,
    remedy: "Use an image of that version or a later one, or remove it to use that of PGO's release.",
  };
}

/** What is wrong with an upgrade: PGO reports it only in the conditions of the PGUpgrade, when the cluster is shut down already. */
export function upgradeFinding(upgrade: PostgresUpgrade | undefined, { postgresVersion }: Spec): Finding | undefined {
  if (upgrade === undefined) return undefined;
  const { to } = upgrade;
  if (to === postgresVersion) {
    return {
      message: `must be a later version than ${postgresVersion}, which "version" is already; got ${to}.`,
      remedy: 'If deploy has said that the upgrade has succeeded, remove upgrade. Otherwise set version back to the old one.',
    };
  }
  if (Number.isInteger(to) && to > postgresVersion && to <= NEWEST) return undefined;
  return {
    message: `must be a major version of PostgreSQL from ${postgresVersion + 1} to ${NEWEST}; got ${to}.`,
    remedy: 'Use a version that PGO supports. PostgreSQL cannot be downgraded.',
  };
}
