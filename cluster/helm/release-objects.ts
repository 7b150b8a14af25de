import { type Manifest, groupKindOf, type Kind, type ObjectKey } from '../../manifests/manifest';
import type { LiveObject } from '../objects/live-object';
import type { Cluster } from '../api/cluster';
import { contentOf, releasesOf } from './release-secret';
import { pollUntil, type Session } from '../session';

/** A Helm release, by the object that asks for it. */
export interface ReleaseName {
  readonly name: string;
  /** Where its objects are. */
  readonly namespace: string;
  /** Where Helm keeps what it knows of it. */
  readonly storage: string;
}

/** The release that a HelmChart of k3s or a HelmRelease of Flux asks for; nothing for any other object. */
export function releaseNameOf(manifest: Manifest): ReleaseName | undefined {
  const { name, namespace: own = 'default' } = manifest.metadata;
  const spec = (manifest['spec'] ?? {}) as { targetNamespace?: string; storageNamespace?: string; releaseName?: string };
  const namespace = spec.targetNamespace ?? own;
  switch (groupKindOf(manifest)) {
    case 'HelmChart.helm.cattle.io':
      return { name, namespace, storage: namespace };
    case 'HelmRelease.helm.toolkit.fluxcd.io': {
      const composed = spec.targetNamespace === undefined ? name : `${spec.targetNamespace}-${name}`;
      return { name: spec.releaseName ?? composed, namespace, storage: spec.storageNamespace ?? own };
    }
    default:
      return undefined;
  }
}

/** What Helm deletes with a release: what is in it, but for what its chart says to keep. */
export async function releasedObjects(cluster: Cluster, manifest: Manifest): Promise<readonly Manifest[]> {
  const release = releaseNameOf(manifest);
  if (!release) return [];
  const [newest] = await releasesOf(cluster, release.storage, release.name);
  const { objects = [] } = (newest && contentOf(newest)) ?? {};
  return objects.filter(({ metadata }) => metadata.annotations?.['helm.sh/resource-policy'] !== 'keep');
}

const VOLUME: Kind = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' };
const JOB: Kind = { apiVersion: 'batch/v1', kind: 'Job' };
/** How long a pod may take to end: Kubernetes kills it after thirty seconds. */
const END_MILLISECONDS = 60_000;

/**
 * Stops the Job that installs a HelmChart, before the HelmChart is deleted. k3s does not: while its uninstall Job runs, an install Job that failed
 * tries again, and what it installs then belongs to nobody. A Job that is suspended stays so, and its pods end.
 */
export async function stopInstallJob(session: Session, chart: LiveObject): Promise<void> {
  if (groupKindOf(chart) !== 'HelmChart.helm.cattle.io') return;
  const { cluster } = session;
  const key: ObjectKey = { ...JOB, namespace: chart.metadata.namespace ?? 'default', name: `helm-install-${chart.metadata.name}` };
  const job = await cluster.get(key);
  if (!job || isFinished(job)) return;
  await cluster.patch(key, { spec: { suspend: true } });
  await pollUntil(session, session.clock.now() + END_MILLISECONDS, async () => {
    const { active = 0, terminating = 0 } = ((await cluster.get(key))?.['status'] ?? {}) as { active?: number; terminating?: number };
    return active + terminating === 0 || undefined;
  });
}

function isFinished(job: LiveObject): boolean {
  const { conditions = [] } = (job['status'] ?? {}) as { conditions?: readonly { type: string; status: string }[] };
  return conditions.some(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True');
}

/** What is wrong after a release's object has gone: whatever Helm still knows of the release is still there, and belongs to nobody. */
export async function orphanOf(cluster: Cluster, manifest: Manifest): Promise<string | undefined> {
  const release = releaseNameOf(manifest);
  if (!release) return undefined;
  const [left] = await releasesOf(cluster, release.storage, release.name);
  if (!left) return undefined;
  return (
    `has gone, but its release ${release.name} is still in namespace ${release.storage} (revision ${left.revision}, ${left.status}), ` +
    `and nothing looks after it any more. Take it away with: helm uninstall --namespace ${release.storage} ${release.name}`
  );
}

/** The volumes that a release leaves behind: those that its chart keeps, and those of its StatefulSets. */
export async function volumesOf(cluster: Cluster, manifest: Manifest): Promise<LiveObject[]> {
  const release = releaseNameOf(manifest);
  if (!release) return [];
  const claims = await cluster.list(VOLUME, { namespace: release.namespace });
  return claims.filter((claim) => isVolumeOf(manifest, claim));
}

export function isVolumeOf(manifest: Manifest, object: Manifest): boolean {
  const release = releaseNameOf(manifest);
  const { namespace, annotations = {}, labels = {} } = object.metadata;
  if (!release || object.kind !== VOLUME.kind || namespace !== release.namespace) return false;
  return annotations['meta.helm.sh/release-name'] === release.name || labels['app.kubernetes.io/instance'] === release.name;
}
