import type { PruneCandidate } from '../../deploy/prune';
import { formatKey } from '../../../manifests/manifest';
import { listed } from './output';

/** The title above objects that prune keeps. */
export const KEPT = 'Kept, though no longer in dist, because --delete-data was not given:';

/** What a deploy will prune, to print before the confirmation: data first. What it keeps is listed when it has ended. */
export function consequencesOf(left: readonly PruneCandidate[], deleteData: boolean): string[] {
  const ours = left.filter(({ notOurs }) => notOurs === undefined);
  const data = ours.flatMap(({ key, data: whose }) =>
    whose === undefined || !deleteData ? [] : [{ object: formatKey(key), reason: `holds data: ${whose}` }],
  );
  const others = ours.filter(({ data: whose }) => whose === undefined).map(({ key }) => `  ${formatKey(key)}`);
  return [
    ...listed('Prunes WITH ITS DATA, because it is no longer in dist:', data),
    ...(others.length === 0 ? [] : ['', 'Prunes, because it is no longer in dist:', ...others]),
  ];
}
