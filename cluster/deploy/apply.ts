import { type Manifest, groupOf, keyOf } from '../../manifests/manifest';
import { isCrd, isCustom } from '../../manifests/custom-resource-definition';
import type { LiveObject } from '../objects/live-object';
import { ALLOW_ANNOTATION, DELETE_ANNOTATION, ENVIRONMENT_LABEL } from '../../manifests/contract';
import { ApiError, isCode } from '../api/api-error';
import { type Applied, type ApplyOptions, type Cluster, FIELD_MANAGER } from '../api/cluster';
import { LAST_APPLIED_ANNOTATION } from '../diff/abandoned';
import { CLIENT_SIDE_APPLY, migrated } from '../objects/managed-fields';
import { HELM_MANAGERS } from '../objects/ownership';

/** A field that dist sets and that another field manager has set to another value. */
export interface FieldConflict {
  readonly field: string;
  readonly owner: string;
}

/** An apply was refused because other field managers own fields with other values. */
export class Conflict extends Error {
  override readonly name = 'Conflict';

  constructor(readonly fields: readonly FieldConflict[]) {
    super(
      `${fields.length === 1 ? 'a field has' : `${fields.length} fields have`} another value, set by another field manager: ` +
        `${fields.map(({ field, owner }) => `${field} by ${owner}`).join(', ')}. ` +
        remedyOf(fields),
    );
  }
}

/** The field managers of controllers that apply dist from git, and what they are called. */
const GIT_OPS: Readonly<Record<string, string>> = { 'kustomize-controller': 'Flux', 'argocd-controller': 'Argo CD' };

function remedyOf(fields: readonly FieldConflict[]): string {
  const controller = fields.map(({ owner }) => GIT_OPS[owner]).find((name) => name !== undefined);
  return controller === undefined
    ? 'Set the same value in the environment, stop the other manager, or overwrite the fields with --force-conflicts'
    : `${controller} applies dist from git and reverts what deploy changes: push the change, or suspend it first and use --force-conflicts`;
}

/** An object has a field that the CRD on the cluster does not declare: the API server refuses it with code 500, as if trying again would help. */
export class UnknownField extends Error {
  override readonly name = 'UnknownField';
}

const NOT_DECLARED = /(\.\S+): field not declared in schema/;

/** The error of an apply, with the CRD and the remedy where the reason is a field that the cluster does not know. */
async function withRemedy(cluster: Cluster, error: unknown, manifest: Manifest): Promise<unknown> {
  const [, field] = (error instanceof ApiError && NOT_DECLARED.exec(error.message)) || [];
  const resource = field === undefined ? undefined : await cluster.resource(manifest);
  if (field === undefined || resource === undefined || !isCustom(manifest)) return error;
  const [, version = ''] = manifest.apiVersion.split('/');
  const crd = `${resource.name}.${groupOf(manifest.apiVersion)}`;
  return new UnknownField(
    `${field.slice(1)}: must be a field of CRD ${crd} (${version}), and the one on the cluster does not declare it. ` +
      'Correct the field, or update the CRD to the version that dist is made for: kubectl apply --server-side --force-conflicts -f <CRD>',
  );
}

/**
 * Server-side apply. Fields of an earlier client-side apply of dist (`kubectl apply -f dist`) become ours, so that a field that is no longer in dist is
 * removed; `kubectl apply --server-side` does the same.
 */
export async function apply(cluster: Cluster, manifest: Manifest, options: ApplyOptions = {}): Promise<Applied> {
  let applied: Applied;
  try {
    applied = await cluster.apply(manifest, options);
  } catch (error) {
    const conflicts = conflictsOf(error);
    if (conflicts.length === 0) throw await withRemedy(cluster, error, manifest);
    // Helm does not change the CRDs of a chart again. What it has set in one that is ours now would stay for ever.
    const others = isCrd(manifest) ? conflicts.filter(({ owner }) => !HELM_MANAGERS.includes(owner)) : conflicts;
    if (others.length === 0) return cluster.apply(manifest, { ...options, force: true });
    const allByKubectl = others.every(({ owner }) => owner === CLIENT_SIDE_APPLY);
    const live = allByKubectl ? await cluster.get(keyOf(manifest)) : undefined;
    if (!live || !isFromDist(live, manifest)) throw new Conflict(conflicts);
    // A dry run cannot migrate fields first; forcing shows what the deployment would do.
    if (options.dryRun) return cluster.apply(manifest, { ...options, force: true });
    if (!(await takeOverFields(cluster, live))) throw new Conflict(conflicts);
    applied = await cluster.apply(manifest, { ...options, force: others.length < conflicts.length });
  }
  if (options.dryRun) return applied;
  if (isFromDist(applied.object, manifest) && (await takeOverFields(cluster, applied.object))) {
    applied = { ...(await cluster.apply(manifest, options)), created: false };
  }
  return isMarked(applied.object) ? { ...applied, object: await unmark(cluster, applied.object) } : applied;
}

/**
 * Whether kubectl has applied dist to an object, by the environment label in the last applied configuration. If not, for example when an administrator has
 * applied a label to a Namespace, the fields stay kubectl's.
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

/** Whether an object is marked for deletion with its data, by a person or by destroy. */
export function isMarked({ metadata }: LiveObject): boolean {
  return [DELETE_ANNOTATION, ALLOW_ANNOTATION].some((name) => metadata.annotations?.[name] !== undefined);
}

/** Removes that mark: an object that is deployed again is not to be deleted. */
export function unmark(cluster: Cluster, live: LiveObject): Promise<LiveObject> {
  return cluster.patch(keyOf(live), { metadata: { annotations: { [DELETE_ANNOTATION]: null, [ALLOW_ANNOTATION]: null } } });
}

/** Attempts while a controller writes the object's status at the same time. */
const ATTEMPTS = 5;

/** Makes kubectl's client-side fields ours. Returns whether there were any. */
async function takeOverFields(cluster: Cluster, live: LiveObject, attempt = 1): Promise<boolean> {
  const managedFields = migrated(live.metadata.managedFields ?? [], { from: CLIENT_SIDE_APPLY, to: FIELD_MANAGER });
  if (managedFields === undefined) return false;
  try {
    await cluster.patch(keyOf(live), [
      // Refused when the object has changed meanwhile: then the computed value may be wrong.
      { op: 'replace', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion },
      { op: 'replace', path: '/metadata/managedFields', value: managedFields },
    ]);
    return true;
  } catch (error) {
    if (!isCode(error, 409) || attempt === ATTEMPTS) throw error;
    const changed = await cluster.get(keyOf(live));
    return changed !== undefined && takeOverFields(cluster, changed, attempt + 1);
  }
}

const OWNER = /^conflict with "(?<owner>[^"]+)"/;

function conflictsOf(error: unknown): FieldConflict[] {
  if (!(error instanceof ApiError) || error.code !== 409) return [];
  return error.causes
    .filter(({ reason }) => reason === 'FieldManagerConflict')
    .map(({ field = '', message = '' }) => ({ field, owner: OWNER.exec(message)?.groups?.['owner'] ?? message }));
}
