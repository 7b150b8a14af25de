import type { PruneCandidate } from '../../deploy/prune';
import { formatKey } from '../../../manifests/manifest';
import { listed, NOT_OURS } from './output';

/** The title above objects that prune keeps. */
export const KEPT = 'Kept, though no longer in dist, because --delete-data was not given:';

/** What a deploy will prune and keep, to print before the confirmation: data first. */
export function consequencesOf(left: readonly PruneCandidate[], deleteData: boolean): string[] {
  const notOurs = left.flatMap(({ key, notOurs: reason }) => (reason === undefined ? [] : [{ object: formatKey(key), reason }]));
  const ours = left.filter((candidate) => candidate.notOurs === undefined);
  const data = ours.flatMap(({ key, data: whose }) =>
    whose === undefined ? [] : [{ object: formatKey(key), reason: `holds data: ${whose}` }],
  );
  const others = ours.filter(({ data: whose }) => whose === undefined).map(({ key }) => `  ${formatKey(key)}`);
  return [
    ...listed(deleteData ? 'Prunes WITH ITS DATA, because it is no longer in dist:' : KEPT, data),
    ...listed(NOT_OURS, notOurs),
    ...(others.length === 0 ? [] : ['', 'Prunes, because it is no longer in dist:', ...others]),
  ];
}
