import type { PruneCandidate } from '../../deploy/prune';
import { formatKey } from '../../../manifests/manifest';
import { listed } from './output';

/** Above what dist has no longer, and a deploy does not take away. */
export const KEPT = 'No longer in dist, but kept, because --delete-data was not given:';

/** What a deploy takes away: a person wants to read that before saying yes, and data first. */
export function consequencesOf(left: readonly PruneCandidate[], deleteData: boolean): string[] {
  const data = left.flatMap(({ key, data: whose }) =>
    whose === undefined ? [] : [{ object: formatKey(key), reason: `holds data: ${whose}` }],
  );
  const others = left.filter(({ data: whose }) => whose === undefined).map(({ key }) => `  ${formatKey(key)}`);
  return [
    ...listed(deleteData ? 'Takes away WITH ITS DATA, because dist has it no longer:' : KEPT, data),
    ...(others.length === 0 ? [] : ['', 'Takes away, because dist has it no longer:', ...others]),
  ];
}
