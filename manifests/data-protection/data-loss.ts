import { ALLOW_ANNOTATION } from '../contract';
import { formatKey, keyOf, type Manifest } from '../manifest';
import { isGuarded } from './guarded';
import { updateRulesFor } from './update-rules';

/** A change of an object that would lose data, and that nothing has allowed. */
export interface DataLoss {
  readonly object: string;
  /** What a mark or --allow names: `remove-repository=repo1`. */
  readonly change: string;
  readonly lost: string;
  /** The way that loses nothing. */
  readonly instead: string;
}

/** What an update of a guarded object would lose. Only changes that its mark names are left out, as the API server does. */
export function dataLossOf(before: Manifest, after: Manifest): DataLoss[] {
  if (!isGuarded(before)) return [];
  const allowed = allowedChanges(before);
  const object = formatKey(keyOf(before));
  return updateRulesFor(before).flatMap(({ lost, instead, changesOf }) =>
    [...new Set(changesOf(before, after))]
      .filter((change) => !allowed.includes(change))
      .map((change) => ({ object, change, lost, instead })),
  );
}

/** The changes that the mark on an object allows. */
export function allowedChanges({ metadata }: Manifest): string[] {
  const mark = metadata.annotations?.[ALLOW_ANNOTATION] ?? '';
  return mark.split(',').flatMap((change) => (change.trim() === '' ? [] : [change.trim()]));
}
