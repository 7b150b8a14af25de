import { isMap, valueAt } from '../../manifests/fields';
import type { Manifest } from '../../manifests/manifest';
import { isUpdated } from '../object-change';
import type { ReviewRule } from '../rule';

/** Policies, and the value that deletes data. */
const POLICIES: readonly (readonly [path: readonly string[], deletes: string, what: string])[] = [
  [['spec', 'persistentVolumeClaimRetentionPolicy', 'whenDeleted'], 'Delete', 'The volumes are deleted with the StatefulSet.'],
  [
    ['spec', 'persistentVolumeClaimRetentionPolicy', 'whenScaled'],
    'Delete',
    'Volumes are deleted when the StatefulSet has fewer replicas.',
  ],
  [['spec', 'persistentVolumeReclaimPolicy'], 'Delete', 'The volume is deleted with its claim.'],
  [['reclaimPolicy'], 'Delete', 'New volumes of this class are deleted with their claims.'],
  [['spec', 'deletionPolicy'], 'Delete', 'The account and what it owns are deleted with the object.'],
  [['deletionPolicy'], 'Delete', 'The snapshot is deleted with the object.'],
];

/** What leaving a policy out means, where that deletes data. */
const BY_DEFAULT: Readonly<Record<string, string>> = { reclaimPolicy: 'Delete' };

/** Backups, volumes or accounts are kept for a shorter time, or deleted with their object. */
export const retentionReduced: ReviewRule = {
  name: 'retention-reduced',
  class: 'data',
  check({ changes }) {
    return changes.filter(isUpdated).flatMap((change) => {
      const [before, after] = [change.before.manifest, change.after.manifest];
      return [...reducedRetentions(before, after), ...deletingPolicies(before, after)].map((found) => ({ change, ...found }));
    });
  },
};

interface Located {
  readonly field: string;
  readonly message: string;
}

const GLOBAL = ['spec', 'backups', 'pgbackrest', 'global'];

/** pgBackRest keeps everything where no number is set. https://pgbackrest.org/configuration.html#section-repository/option-repo-retention-full */
function reducedRetentions(before: Manifest, after: Manifest): Located[] {
  if (before.kind !== 'PostgresCluster') return [];
  const [old, next] = [before, after].map((cluster) => valueAt(cluster, ...GLOBAL));
  const names = Object.keys(isMap(next) ? next : {}).filter((name) => /^repo\d+-retention-(?:full|diff|archive)$/.test(name));
  return names.flatMap((name) => {
    const [from, to] = [valueAt(old, name), valueAt(next, name)].map((value) => (value === undefined ? undefined : Number(value)));
    const [unit, later] = [valueAt(old, `${name}-type`), valueAt(next, `${name}-type`)].map(String);
    const isReduced = to !== undefined && (from === undefined || to < from || unit !== later);
    if (!isReduced) return [];
    const message = `Backups are kept for less: ${from ?? 'all'} -> ${to}. pgBackRest deletes the others after the next backup.`;
    return [{ field: [...GLOBAL, name].join('.'), message }];
  });
}

function deletingPolicies(before: Manifest, after: Manifest): Located[] {
  return POLICIES.filter(
    ([path, deletes]) => valueAt(after, ...path) === deletes && (valueAt(before, ...path) ?? BY_DEFAULT[path.join('.')]) !== deletes,
  ).map(([path, , message]) => ({ field: path.join('.'), message }));
}
