import { isDeepStrictEqual } from 'node:util';
import { HOLDS_DATA_ANNOTATION, NEEDED_BY_ANNOTATION } from '../contract';
import { isMap, listOf, valueAt } from '../fields';
import { groupKindOf, type Manifest } from '../manifest';

/**
 * A kind of update that loses data. `cel` and `changesOf` say the same: the first for the API server, the second for this project's commands,
 * which report it before anything is applied. An end-to-end test compares the two.
 */
export interface UpdateRule {
  /** A name for a variable of the policy. */
  readonly name: string;
  /** The one kind that it applies to, as `Kind.group`. @default every guarded kind */
  readonly kind?: string;
  /** What would be lost. */
  readonly lost: string;
  /** The way that loses nothing. */
  readonly instead: string;
  /** A CEL expression: the list of the changes that lose data, empty for most updates. It must not fail when an optional field is absent. */
  readonly cel: string;
  /** The same list: what a mark must name to allow the update. */
  readonly changesOf: (before: Manifest, after: Manifest) => string[];
}

export const POSTGRES_CLUSTER = 'PostgresCluster.postgres-operator.crunchydata.com';

const PGO = 'postgres-operator.crunchydata.com';
const ALLOW_UPGRADE = `${PGO}/allow-upgrade`;
const RESTORE = `${PGO}/pgbackrest-restore`;

/** A CEL expression: the annotations of an object. The whole map can be absent, and a server-side apply that removes the last one leaves null. */
export function annotationsOf(object: string): string {
  const map = `${object}.metadata.annotations`;
  return `(has(${map}) && dyn(${map}) != null ? ${map} : {})`;
}

const [OLD, NEW] = ['oldObject', 'object'].map(annotationsOf);

/** Whether PGO takes an object as a request of a restore in place, which comes before its dataSource. */
function isInPlace(object: string): string {
  const enabled = `${object}.spec.?backups.?pgbackrest.?restore.?enabled.orValue(false)`;
  return `${enabled} && ${annotationsOf(object)}[?'${RESTORE}'].orValue('') != ''`;
}

/** PGO writes it when a PGUpgrade has succeeded: from then on the files are of that version. */
const VERSION_OF_FILES = 'oldObject.?status.?postgresVersion.orValue(0)';

function versionOf(object: string): string {
  return `${object}.spec.?postgresVersion.orValue(0)`;
}

/** The rules, in the order in which the API server reports them. Facts: PGO 5.8.9, run and read. */
export const UPDATE_RULES: readonly UpdateRule[] = [
  {
    name: 'unprotect',
    lost: 'without this annotation the API server lets it be deleted, with the data',
    instead: 'Keep the annotation for as long as the data is there',
    cel: `[${[HOLDS_DATA_ANNOTATION, NEEDED_BY_ANNOTATION].map((name) => `'${name}'`).join(', ')}]
      .filter(a, a in ${OLD} && !(a in ${NEW})).map(a, 'unprotect')`,
    changesOf: (before, after) =>
      [HOLDS_DATA_ANNOTATION, NEEDED_BY_ANNOTATION]
        .filter((name) => annotation(before, name) !== undefined && annotation(after, name) === undefined)
        .map(() => 'unprotect'),
  },
  {
    name: 'restore',
    kind: POSTGRES_CLUSTER,
    lost: 'PGO restores over the volumes of the running cluster: what was written since is lost',
    instead: 'Restore into a new PostgresCluster with another name, and switch to it',
    // A cluster that PGO has not seen yet has no status: a dataSource is then how it is filled. PGO remembers one restore: with a dataSource, the
    // end of a restore in place is another request.
    cel: `has(oldObject.status) && has(object.spec.dataSource) && (object.spec.?dataSource != oldObject.spec.?dataSource ||
      (${isInPlace('oldObject')} && !(${isInPlace('object')}))) ? ['restore'] : []`,
    changesOf: (before: Manifest, after: Manifest): string[] => {
      const source = dataSourceOf(after);
      const isNew = !isDeepStrictEqual(source, dataSourceOf(before)) || (isRestoredInPlace(before) && !isRestoredInPlace(after));
      return before['status'] !== undefined && source !== undefined && isNew ? ['restore'] : [];
    },
  },
  {
    name: 'restoreInPlace',
    kind: POSTGRES_CLUSTER,
    lost: 'PGO restores over the volumes of the running cluster: what was written since is lost',
    instead: 'Restore into a new PostgresCluster with another name, and switch to it',
    // PGO starts it when the annotation changes, while the field is enabled.
    cel: `object.spec.?backups.?pgbackrest.?restore.?enabled.orValue(false) &&
      (object.spec.?backups.?pgbackrest.?restore != oldObject.spec.?backups.?pgbackrest.?restore ||
        ${NEW}[?'${RESTORE}'] != ${OLD}[?'${RESTORE}']) ? ['restore-in-place'] : []`,
    changesOf: (before: Manifest, after: Manifest): string[] => {
      const [old, next] = [before, after].map((cluster) => valueAt(cluster['spec'], 'backups', 'pgbackrest', 'restore'));
      const isSame = isDeepStrictEqual(old, next) && annotation(before, RESTORE) === annotation(after, RESTORE);
      return valueAt(next, 'enabled') === true && !isSame ? ['restore-in-place'] : [];
    },
  },
  {
    name: 'removeRepository',
    kind: POSTGRES_CLUSTER,
    lost: 'PGO deletes the volume of the repository at once, with every backup on it',
    instead: 'Add the new repository beside it, wait for a full backup in it, and remove this one by a second change',
    cel: `${volumes('oldObject')}.filter(n, !(n in ${volumes('object')})).map(n, 'remove-repository=' + n)`,
    changesOf: (before: Manifest, after: Manifest): string[] => {
      const kept = repositoriesOnVolumes(after);
      return repositoriesOnVolumes(before)
        .filter((name) => !kept.includes(name))
        .map((name) => `remove-repository=${name}`);
    },
  },
  {
    name: 'removeInstanceSet',
    kind: POSTGRES_CLUSTER,
    lost: 'PGO deletes the volumes of the instance set',
    instead: 'Add the new instance set beside it, wait until its pods follow the primary, and remove this one by a second change',
    cel: `${sets('oldObject')}.filter(n, !(n in ${sets('object')})).map(n, 'remove-instance-set=' + n)`,
    changesOf: (before: Manifest, after: Manifest): string[] => {
      const kept = instanceSets(after);
      return instanceSets(before)
        .filter((name) => !kept.includes(name))
        .map((name) => `remove-instance-set=${name}`);
    },
  },
  {
    name: 'changeVersion',
    kind: POSTGRES_CLUSTER,
    lost: 'PostgreSQL cannot start on the files of another major version: every pod that PGO replaces stays down',
    instead: 'Set upgrade, deploy, and change the version when deploy says that the upgrade has succeeded: docs/upgrading.md',
    // The last step removes shutdown and the annotation together with the change: what counts is the object as it was.
    cel: `(oldObject.spec.?shutdown.orValue(false)
      ? (${versionOf('object')} != ${VERSION_OF_FILES} || !('${ALLOW_UPGRADE}' in ${OLD})) && ${versionOf('object')} != ${versionOf('oldObject')} ||
        ${versionOf('object')} != ${VERSION_OF_FILES} && ${VERSION_OF_FILES} > ${versionOf('oldObject')} &&
        !object.spec.?shutdown.orValue(false)
      : ${versionOf('object')} != ${versionOf('oldObject')})
      ? ['postgres-version=' + string(${versionOf('object')})] : []`,
    changesOf: (before: Manifest, after: Manifest): string[] => {
      const [old = 0, next = 0] = [before, after].map((cluster) => Number(valueAt(cluster['spec'], 'postgresVersion') ?? 0));
      const ofFiles = Number(valueAt(before['status'], 'postgresVersion') ?? 0);
      const isAllowed = next === ofFiles && annotation(before, ALLOW_UPGRADE) !== undefined;
      const starts = valueAt(after['spec'], 'shutdown') !== true;
      const startsOldVersion = next !== ofFiles && ofFiles > old && starts;
      const isRefused = valueAt(before['spec'], 'shutdown') === true ? (next !== old && !isAllowed) || startsOldVersion : next !== old;
      return isRefused ? [`postgres-version=${next}`] : [];
    },
  },
];

/** Guarded kinds of which no update loses data: an AppUser loses its annotation with `deletionPolicy: Delete`, which is the safe direction. */
const DELETE_ONLY = ['AppUser.kapernikov.com', 'Secret'];

/** The rules for objects of a kind. */
export function updateRulesFor(object: Manifest): UpdateRule[] {
  const groupKind = groupKindOf(object);
  return DELETE_ONLY.includes(groupKind) ? [] : UPDATE_RULES.filter(({ kind }) => kind === undefined || kind === groupKind);
}

function volumes(object: string): string {
  return `${object}.spec.?backups.?pgbackrest.?repos.orValue([]).filter(r, has(r.volume)).map(r, r.name)`;
}

function repositoriesOnVolumes(cluster: Manifest): string[] {
  const repositories = listOf(valueAt(cluster['spec'], 'backups', 'pgbackrest', 'repos'));
  return repositories
    .filter((repository) => isMap(repository) && repository['volume'] !== undefined)
    .map((one) => String(valueAt(one, 'name')));
}

/** The API server gives a set without a name the empty one. PGO calls it 00. */
function sets(object: string): string {
  return `${object}.spec.?instances.orValue([]).map(i, i.?name.orValue('')).map(n, n == '' ? '00' : n)`;
}

function instanceSets(cluster: Manifest): string[] {
  return listOf(valueAt(cluster['spec'], 'instances')).map((set) => String(valueAt(set, 'name') ?? '') || '00');
}

function isRestoredInPlace(cluster: Manifest): boolean {
  return valueAt(cluster['spec'], 'backups', 'pgbackrest', 'restore', 'enabled') === true && (annotation(cluster, RESTORE) ?? '') !== '';
}

/** With the one default that the API server adds. */
function dataSourceOf(cluster: Manifest): unknown {
  const source = valueAt(cluster['spec'], 'dataSource');
  const pgbackrest = valueAt(source, 'pgbackrest');
  return isMap(source) && isMap(pgbackrest) ? { ...source, pgbackrest: { stanza: 'db', ...pgbackrest } } : source;
}

function annotation({ metadata }: Manifest, name: string): string | undefined {
  return metadata.annotations?.[name];
}
