import { contractOf } from '../../manifests/contract';
import { GUARD_FINALIZER, POSTGRES_CLUSTER_CRD } from '../../manifests/data-protection/guarded';
import { groupKindOf, type Manifest } from '../../manifests/manifest';
import { valueAt } from '../../manifests/fields';
import { isUpdated, nameOf, type ObjectChange } from '../object-change';
import type { ReviewRule } from '../rule';

/** What is deleted with an object of these kinds. */
const LOST: Readonly<Record<string, string>> = {
  PersistentVolumeClaim: 'its volume is deleted with it, unless the reclaim policy of the volume is Retain',
  PersistentVolume: 'the claim that uses it loses its volume',
  Namespace: 'everything in it is deleted with it',
  'CustomResourceDefinition.apiextensions.k8s.io': 'every object of its kind is deleted with it',
  'PostgresCluster.postgres-operator.crunchydata.com': 'PGO deletes its volumes, with backups on volumes',
};

/** An object that holds data, or that data needs, is removed or renamed: Kubernetes knows no rename, so the new one starts empty. */
export const removedData: ReviewRule = {
  name: 'removed-data',
  class: 'data',
  check({ changes }) {
    return changes
      .filter((change) => !isUpdated(change))
      .flatMap((change) => {
        const lost = change.before && lostWith(change.before.manifest);
        return lost === undefined ? [] : [{ change, field: '', message: messageOf(change, lost) }];
      });
  },
};

function messageOf(change: ObjectChange, lost: string): string {
  const name = change.before ? nameOf(change.before) : '';
  return change.after
    ? `${name} is renamed: ${lost}. The new object starts empty. Keep the name, or copy the data first.`
    : `${name} is removed: ${lost}. deploy keeps what holds data unless --delete-data is given; other clients delete it.`;
}

function lostWith(manifest: Manifest): string | undefined {
  const { holdsData, neededBy } = contractOf(manifest);
  if (manifest.metadata.finalizers?.includes(GUARD_FINALIZER)) return 'the API server no longer refuses changes that lose data';
  if (holdsData !== undefined) return `it holds data (${holdsData})`;
  if (neededBy !== undefined) return `it is needed by ${neededBy}`;
  if (manifest.metadata.name === POSTGRES_CLUSTER_CRD) return 'every PostgresCluster is deleted with it';
  if (valueAt(manifest, 'spec', 'persistentVolumeClaimRetentionPolicy', 'whenDeleted') === 'Delete')
    return 'its volumes are deleted with it';
  return LOST[groupKindOf(manifest)];
}
