import { isCrd } from '../../manifests/custom-resource-definition';
import { listOf, valueAt } from '../../manifests/fields';
import { isKept } from '../../manifests/helm-annotations';
import { type InstalledRelease, releaseOf } from '../../manifests/helm-release';
import { type Manifest, groupKindOf, type Kind } from '../../manifests/manifest';
import type { LiveObject } from '../objects/live-object';
import { isCode } from '../api/api-error';
import type { Cluster } from '../api/cluster';
import { contentOf, type ReleaseRevision, releasesOf } from './release-secret';
import { pollUntil, type Session } from '../session';

/** The release that an object installs, with Helm's Secrets of it: a release that Argo CD renders has none. */
function storedRelease(manifest: Manifest): (InstalledRelease & { readonly storageNamespace: string }) | undefined {
  const release = releaseOf(manifest);
  const { storageNamespace } = release ?? {};
  return release && storageNamespace !== undefined ? { ...release, storageNamespace } : undefined;
}

/** The revisions of the release that an object installs, the newest first. */
export async function revisionsOf(cluster: Pick<Cluster, 'list'>, manifest: Manifest): Promise<ReleaseRevision[]> {
  const release = storedRelease(manifest);
  return release ? releasesOf(cluster, release.storageNamespace, release.name) : [];
}

/** What is deleted with a release: its objects, but for those that the chart tells Helm to keep. */
export async function releasedObjects(cluster: Cluster, manifest: Manifest): Promise<readonly Manifest[]> {
  if (groupKindOf(manifest) === 'Application.argoproj.io') return resourcesOf(manifest);
  const [newest] = await revisionsOf(cluster, manifest);
  const { objects = [] } = (newest && contentOf(newest)) ?? {};
  return objects.filter((object) => !isKept(object));
}

/**
 * What an Application of Argo CD has applied, by its status. Their annotations are not in it, so that all of them count, but for CRDs, which Argo
 * CD never deletes. Without its finalizer it deletes nothing.
 */
function resourcesOf(application: Manifest): Manifest[] {
  const { finalizers } = application.metadata as { readonly finalizers?: readonly string[] };
  if (!finalizers?.some((finalizer) => finalizer.startsWith('resources-finalizer.argocd.argoproj.io'))) return [];
  const resources = listOf(valueAt(application, 'status', 'resources')).flatMap((resource) => {
    const [group, version, kind, namespace, name] = ['group', 'version', 'kind', 'namespace', 'name'].map((field) =>
      valueAt(resource, field),
    );
    if (typeof version !== 'string' || typeof kind !== 'string' || typeof name !== 'string') return [];
    const apiVersion = typeof group === 'string' && group !== '' ? `${group}/${version}` : version;
    return [{ apiVersion, kind, metadata: { name, ...(typeof namespace === 'string' && { namespace }) } }];
  });
  return resources.filter((resource) => !isCrd(resource));
}

const VOLUME: Kind = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' };
/** How long a pod may take to end: Kubernetes kills it after thirty seconds. */
const END_MILLISECONDS = 60_000;

/**
 * Stops the Job that installs a HelmChart before the HelmChart is deleted. k3s does not: while its uninstall Job runs, an install Job that failed
 * tries again, and what it installs then has no owner. A suspended Job stays suspended, and its pods end.
 */
export async function stopInstallJob(session: Session, chart: LiveObject): Promise<void> {
  const key = releaseOf(chart)?.installJob;
  if (!key) return;
  const { cluster } = session;
  const job = await cluster.get(key);
  if (!job || isFinished(job)) return;
  try {
    await cluster.patch(key, { spec: { suspend: true } });
  } catch (error) {
    if (isCode(error, 404)) return;
    throw error;
  }
  await pollUntil(session, session.clock.now() + END_MILLISECONDS, async () => {
    const { active = 0, terminating = 0 } = ((await cluster.get(key))?.['status'] ?? {}) as { active?: number; terminating?: number };
    return active + terminating === 0 || undefined;
  });
}

function isFinished(job: LiveObject): boolean {
  const { conditions = [] } = (job['status'] ?? {}) as { conditions?: readonly { type: string; status: string }[] };
  return conditions.some(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True');
}

/** Whether a release is still installed after its object is gone, and the command that uninstalls it. */
export async function orphanOf(cluster: Cluster, manifest: Manifest): Promise<string | undefined> {
  const release = storedRelease(manifest);
  if (!release) return undefined;
  const [left] = await revisionsOf(cluster, manifest);
  if (!left) return undefined;
  return (
    `is deleted, but its release ${release.name} is still installed in namespace ${release.storageNamespace} ` +
    `(revision ${left.revision}, ${left.status}). Uninstall it: helm uninstall --namespace ${release.storageNamespace} ${release.name}`
  );
}

/** The claims that are kept when a release is uninstalled: those that its chart tells Helm to keep, and those of its StatefulSets. */
export async function volumesOf(cluster: Cluster, manifest: Manifest): Promise<LiveObject[]> {
  const release = releaseOf(manifest);
  if (!release) return [];
  const claims = await cluster.list(VOLUME, { namespace: release.namespace });
  return claims.filter((claim) => isVolumeOf(manifest, claim));
}

export function isVolumeOf(manifest: Manifest, object: Manifest): boolean {
  const release = releaseOf(manifest);
  const { namespace, annotations = {}, labels = {} } = object.metadata;
  if (!release || object.kind !== VOLUME.kind || namespace !== release.namespace) return false;
  return annotations['meta.helm.sh/release-name'] === release.name || labels['app.kubernetes.io/instance'] === release.name;
}
