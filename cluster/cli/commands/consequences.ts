import type { PruneCandidate } from '../../deploy/prune';
import { formatKey } from '../../../manifests/manifest';
import { listed } from './output';

/** The title above objects that prune keeps. */
export const KEPT = 'Kept, though no longer in dist, because --delete-data was not given:';

/** What a deploy will prune and keep, to print before the confirmation: data first. */
export function consequencesOf(left: readonly PruneCandidate[], deleteData: boolean): string[] {
  const data = left.flatMap(({ key, data: whose }) =>
    whose === undefined ? [] : [{ object: formatKey(key), reason: `holds data: ${whose}` }],
  );
  const others = left.filter(({ data: whose }) => whose === undefined).map(({ key }) => `  ${formatKey(key)}`);
  return [
    ...listed(deleteData ? 'Prunes WITH ITS DATA, because it is no longer in dist:' : KEPT, data),
    ...(others.length === 0 ? [] : ['', 'Prunes, because it is no longer in dist:', ...others]),
  ];
}
