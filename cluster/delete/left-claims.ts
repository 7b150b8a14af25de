import { listOf, valueAt } from '../../manifests/fields';
import { formatKey, groupKindOf, idOf, type Kind, keyOf, type Manifest } from '../../manifests/manifest';
import { isCode } from '../api/api-error';
import type { Cluster } from '../api/cluster';
import type { NotDeleted, Target } from './target';

const CLAIM: Kind = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' };

/**
 * The claims of StatefulSets of ours that no longer exist, and how to delete them. Kubernetes creates them by the StatefulSet's templates, without our
 * label, and keeps them: they are not ours to delete, also not with --delete-data.
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-storage
 */
export async function leftClaims(cluster: Cluster, targets: readonly Target[]): Promise<ReadonlyMap<string, NotDeleted>> {
  const left = new Map<string, NotDeleted>();
  for (const { key, manifest } of targets) {
    const names = manifest && groupKindOf(key) === 'StatefulSet.apps' ? templatesOf(manifest) : [];
    if (names.length === 0 || (await cluster.get(key))) continue;
    const { namespace = '', name } = key;
    const isOfIt = (claim: string): boolean => names.some((template) => /^\d+$/.test(claim.replace(`${template}-${name}-`, '')));
    const reason = `is a claim of StatefulSet ${namespace}/${name}, with its data. To delete it, run: kubectl -n ${namespace} delete pvc`;
    for (const claim of await listAllowed(cluster, namespace)) {
      const { ownerReferences = [], deletionTimestamp } = claim.metadata;
      // With an owner, by its persistentVolumeClaimRetentionPolicy, Kubernetes deletes it.
      if (!isOfIt(claim.metadata.name) || ownerReferences.length > 0 || deletionTimestamp !== undefined) continue;
      left.set(idOf(keyOf(claim)), { object: formatKey(keyOf(claim)), reason: `${reason} ${claim.metadata.name}`, notOurs: true });
    }
  }
  return left;
}

function templatesOf(manifest: Manifest): string[] {
  return listOf(valueAt(manifest['spec'], 'volumeClaimTemplates')).map((template) => String(valueAt(template, 'metadata', 'name')));
}

/** Without the right to list them, nothing can be said, and everything else is deleted by now. */
async function listAllowed(cluster: Cluster, namespace: string): ReturnType<Cluster['list']> {
  try {
    return await cluster.list(CLAIM, { namespace });
  } catch (error) {
    if (!isCode(error, 403)) throw error;
    return [];
  }
}
