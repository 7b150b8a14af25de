import { type Manifest, keyOf } from '../../manifests/manifest';
import type { LiveObject } from '../objects/live-object';
import { DELETE_ANNOTATION, ENVIRONMENT_LABEL } from '../../manifests/contract';
import { ApiError, isCode } from '../api/api-error';
import { type Applied, type ApplyOptions, type Cluster, FIELD_MANAGER } from '../api/cluster';
import { LAST_APPLIED_ANNOTATION } from '../diff/abandoned';
import { CLIENT_SIDE_APPLY, migrated } from '../objects/managed-fields';

/** A field that dist sets, and that somebody else has set to something else. */
export interface FieldConflict {
  readonly field: string;
  readonly owner: string;
}

/** Somebody else's fields are not taken away unasked. */
export class Conflict extends Error {
  override readonly name = 'Conflict';

  constructor(readonly fields: readonly FieldConflict[]) {
    super(
      `${fields.length === 1 ? 'a field is' : `${fields.length} fields are`} set to something else by others: ` +
        `${fields.map(({ field, owner }) => `${field} by ${owner}`).join(', ')}. ` +
        'Write what they want into the environment, make them stop, or take the fields over with --force-conflicts',
    );
  }
}

/**
 * Applies on the server's side. What kubectl has applied before on its own side (`kubectl apply -f dist`) becomes ours, so that a field that is no
 * longer in dist goes away; kubectl does the same when a person goes on with --server-side.
 */
export async function apply(cluster: Cluster, manifest: Manifest, options: ApplyOptions = {}): Promise<Applied> {
  let applied: Applied;
  try {
    applied = await cluster.apply(manifest, options);
  } catch (error) {
    const conflicts = conflictsOf(error);
    if (conflicts.length === 0) throw error;
    const kubectls = conflicts.every(({ owner }) => owner === CLIENT_SIDE_APPLY);
    const live = kubectls ? await cluster.get(keyOf(manifest)) : undefined;
    if (!live || !isFromDist(live, manifest)) throw new Conflict(conflicts);
    // A dry run cannot hand fields over first: it is told as what the deployment would do.
    if (options.dryRun) return cluster.apply(manifest, { ...options, force: true });
    if (!(await takeOver(cluster, live))) throw new Conflict(conflicts);
    applied = await cluster.apply(manifest, options);
  }
  if (options.dryRun) return applied;
  if (isFromDist(applied.object, manifest) && (await takeOver(cluster, applied.object))) {
    applied = { ...(await cluster.apply(manifest, options)), created: false };
  }
  return isMarked(applied.object) ? { ...applied, object: await unmark(cluster, applied.object) } : applied;
}

/**
 * Whether what kubectl has applied to an object is dist, by the label of the environment. Somebody who has applied something else, an administrator a
 * label of a Namespace, keeps it.
 */
export function isFromDist(live: LiveObject, manifest: Manifest): boolean {
  try {
    const applied = JSON.parse(live.metadata.annotations?.[LAST_APPLIED_ANNOTATION] ?? '{}') as Partial<Manifest>;
    const environment = applied.metadata?.labels?.[ENVIRONMENT_LABEL];
    return environment !== undefined && environment === manifest.metadata.labels?.[ENVIRONMENT_LABEL];
  } catch {
    return false;
  }
}

/** Whether a person, or destroy, has said that an object's data may go. */
export function isMarked({ metadata }: LiveObject): boolean {
  return metadata.annotations?.[DELETE_ANNOTATION] !== undefined;
}

/** Who deploys an object wants it to stay: what was said before is no longer meant. */
export function unmark(cluster: Cluster, live: LiveObject): Promise<LiveObject> {
  return cluster.patch(keyOf(live), { metadata: { annotations: { [DELETE_ANNOTATION]: null } } });
}

/** How often a controller may write the object's status in the same moment. */
const ATTEMPTS = 5;

/** Whether there was something to take over. */
async function takeOver(cluster: Cluster, live: LiveObject, attempt = 1): Promise<boolean> {
  const managedFields = migrated(live.metadata.managedFields ?? [], { from: CLIENT_SIDE_APPLY, to: FIELD_MANAGER });
  if (managedFields === undefined) return false;
  try {
    await cluster.patch(keyOf(live), [
      // Refused when somebody has changed the object meanwhile: then what was computed may be wrong.
      { op: 'replace', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion },
      { op: 'replace', path: '/metadata/managedFields', value: managedFields },
    ]);
    return true;
  } catch (error) {
    if (!isCode(error, 409) || attempt === ATTEMPTS) throw error;
    const changed = await cluster.get(keyOf(live));
    return changed !== undefined && takeOver(cluster, changed, attempt + 1);
  }
}

const OWNER = /^conflict with "(?<owner>[^"]+)"/;

function conflictsOf(error: unknown): FieldConflict[] {
  if (!(error instanceof ApiError) || error.code !== 409) return [];
  return error.causes
    .filter(({ reason }) => reason === 'FieldManagerConflict')
    .map(({ field = '', message = '' }) => ({ field, owner: OWNER.exec(message)?.groups?.['owner'] ?? message }));
}
